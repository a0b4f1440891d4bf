/** A time in which records may be lost, and why that is as it must be in this version. */
export interface LossWindow {
  readonly fromMs: number
  untilMs: number
  readonly reason: string
  /** Whose records; everybody's when absent. */
  readonly node: string | undefined
}

/** One record that a pretend client issued, by its number. */
export interface IssuedRecord {
  readonly kind: 'block' | 'stats'
  readonly number: number
  readonly hash?: string
  readonly issuedAtMs: number
  /** False where no connection stood that could have taken it. */
  readonly wasSent: boolean
}

/** What truly happened, written down beside the product and never read from it. Times are Unix, in milliseconds. */
export class Ledger {
  readonly issued: IssuedRecord[] = []
  readonly windows: LossWindow[] = []

  issue(record: IssuedRecord): void {
    this.issued.push(record)
  }

  /** Opens a window, beginning `beforeMs` earlier; call what it gives back to close it, `afterMs` later. */
  mayLose(
    reason: string,
    { node, beforeMs = 0 }: { node?: string; beforeMs?: number } = {},
  ): (afterMs?: number) => void {
    const window: LossWindow = { fromMs: Date.now() - beforeMs, untilMs: Number.POSITIVE_INFINITY, reason, node }
    this.windows.push(window)
    return (afterMs = 0) => {
      window.untilMs = Date.now() + afterMs
    }
  }

  /** Why a record of `node` at this time may be lost; undefined where it must not be. */
  excuse(node: string | undefined, atMs: number): string | undefined {
    return this.windows.find(
      (window) =>
        window.fromMs <= atMs && atMs <= window.untilMs && (window.node === undefined || window.node === node),
    )?.reason
  }
}
