import type { Batch, Gap, Lane, Source, TelemetryRecord, UnixMs } from '@headwatch/protocol'

/** What `put` does when the queue is full. */
export type WhenFull = 'wait' | 'drop_oldest' | 'drop_newest'

/** Upper bounds; whichever is reached first. */
export interface QueueLimits {
  readonly records: number
  readonly bytes: number
}

/** How much of one lane to take at once. */
export interface TakeLimits {
  readonly records: number
  readonly bytes: number
}

/** What a destination is handed: records, or the news that numbers will never come. */
export type Taken =
  | { readonly kind: 'batch'; readonly batch: Batch }
  | { readonly kind: 'gap'; readonly gap: Gap; readonly lane: Lane }

/** What a destination wants of the log beyond being read. */
export interface ReaderOptions {
  /**
   * Keep records, delivered or not, until newer ones of this many bytes stand in the log or the queue has run this long
   * since; what is not delivered by then is a gap `wrapped`. Absent: a settled record is done with.
   */
  readonly wrap?: { readonly bytes: number; readonly ageMs: number }
}

/** A destination with a place in the log that nobody reads: most likely it was removed from the configuration. Its backlog is kept. */
export interface Orphan {
  readonly destination: string
  readonly records: number
  readonly bytes: number
  /** When the oldest of them was true. */
  readonly oldestAt?: UnixMs
}

/** What a queue says about itself. */
export interface QueueHealth {
  /** Everything the queue occupies, of files; 0 in memory. */
  readonly bytesOnDisk: number
  /** Damaged records moved aside since the folder was made. */
  readonly quarantinedRecords: number
  /** Why nothing can be written now, a sentence; absent when all is well. */
  readonly problem?: string
}

/**
 * One destination's place in the log. Its cursor is the oldest number it has not settled: it may be behind
 * the truth, never ahead, so a crash costs repeats and never a record.
 */
export interface QueueReader extends AsyncDisposable {
  /**
   * The next run of `lane`, in order, each number once until `release` gives it back. Waits for the first record; undefined when the
   * signal aborts or the queue closes and nothing is left in the lane. Gaps come as soon as they are reached.
   */
  take(lane: Lane, limits: TakeLimits, signal: AbortSignal): Promise<Taken | undefined>
  /** Delivered, refused for good, or declared missing: these numbers never come again. Any order. */
  settle(taken: Taken): void
  /** Not delivered: these numbers are taken again, before newer ones of their lane. */
  release(taken: Taken): void
  /**
   * Everything not taken yet becomes the backlog, what is put from now on is live. Called when a destination comes back
   * after an outage, so that fresh data goes first. Without it everything is live.
   */
  split(): void
  /**
   * Records of a taken run that the destination will never have, and why: kept for people where the queue has a place for
   * them (bounded, oldest go first). They still have to be settled.
   */
  setAside(
    records: readonly { readonly sequence: bigint; readonly record: TelemetryRecord }[],
    reason: string,
  ): Promise<void>
  /** Records and bytes that wait, and since when the oldest does (wall clock), per lane. */
  status(): Readonly<Record<Lane, { readonly records: number; readonly bytes: number; readonly oldestAt?: number }>>
}

/** What became of a `put`. Numbers are given to accepted records only. */
export interface PutResult {
  readonly accepted: number
  /** Records let go, by the queue's own policy, to make or for want of room. */
  readonly dropped: number
  /** Of these, the ones that went for another reason than that the queue was full, such as `disk_full`. */
  readonly dropReasons?: Readonly<Record<string, number>>
}

/**
 * One log, one cursor per destination, bounded, with a named policy for when it is full. A slow or dead
 * destination never slows another one's `take`.
 *
 * Every `put` and every `take` settles, at the latest when the queue closes. At any moment, for every destination:
 * accepted = settled + gaps + waiting + taken.
 */
export interface Queue extends AsyncDisposable {
  readonly source: Source
  /** Gives records their numbers. Resolves once they are kept at the queue's own level: in memory, or on disk after a sync. */
  put(records: readonly TelemetryRecord[]): Promise<PutResult>
  /** The place of a destination, made at the first call for a name: it begins with what is put from then on. One reader per name at a time. */
  reader(destination: string, options?: ReaderOptions): QueueReader
  /** Destinations that have something waiting and no reader now. */
  orphans(): readonly Orphan[]
  health(): QueueHealth
  /** Refuses new records (they count as dropped); what is queued can still be taken. Safe to call twice. */
  close(): void
}
