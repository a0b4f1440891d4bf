/** How much of the truth a figure stands on. Travels with every answer and every frame. */
export interface Completeness {
  /** Nodes that reported within three of their intervals. */
  readonly reported: number
  /** Nodes known. */
  readonly known: number
  /** Age of the oldest report among them, in milliseconds. */
  readonly oldestMs: number
  /** Records let go since the server started, for whatever reason; `dropped{reason}` is in the metrics. */
  readonly dropped: number
  /** Records that agents declared as never coming, since the server started: `/api/v1/gaps` says which, and why. */
  readonly missing: number
}
