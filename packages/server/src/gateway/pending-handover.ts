import type { Batch, Gap, Lane, Source, Telemetry, TelemetryRecord } from '@headwatch/protocol'

/** Someone who waits for what became of a batch or a gap. */
interface Waiting {
  readonly settled: Promise<void>
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
}

/** What is gathered for the next handover. Items without a position share one batch, numbered by the gateway. */
export class PendingHandover {
  readonly batches: Batch[] = []
  readonly gaps: Gap[] = []
  readonly #waiting: Waiting[] = []
  readonly #gapsWait = waiting()
  #own: { readonly records: TelemetryRecord[]; readonly waiting: Waiting } | undefined
  records = 0

  /** Resolves or rejects with the handover; one promise for all items without a position. */
  add(items: readonly Telemetry[], stamp: (item: Telemetry) => TelemetryRecord): Promise<void> {
    this.#own ??= { records: [], waiting: waiting() }
    for (const item of items) this.#own.records.push(stamp(item))
    this.records += items.length
    return this.#own.waiting.settled
  }

  addBatch(batch: Batch): Promise<void> {
    this.batches.push(batch)
    const entry = waiting()
    this.#waiting.push(entry)
    this.records += Math.max(1, batch.records.length)
    return entry.settled
  }

  addGap(gap: Gap): Promise<void> {
    this.gaps.push(gap)
    this.records += 1
    return this.#gapsWait.settled
  }

  /** Turns the items without a position into a batch of `source` beginning at `first`; the number of them. */
  number(source: Source, lane: Lane, first: bigint): number {
    if (this.#own === undefined) return 0
    const { records, waiting } = this.#own
    this.batches.push({ source, lane, first, count: records.length, records })
    this.#waiting.push(waiting)
    this.#own = undefined
    return records.length
  }

  resolve(rejected: ReadonlyMap<number, unknown>): void {
    this.#gapsWait.resolve()
    for (const [index, entry] of this.#waiting.entries()) {
      if (rejected.has(index)) entry.reject(rejected.get(index))
      else entry.resolve()
    }
  }

  reject(reason: unknown): void {
    this.#gapsWait.reject(reason)
    this.#own?.waiting.reject(reason)
    for (const entry of this.#waiting) entry.reject(reason)
  }
}

function waiting(): Waiting {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  promise.catch(() => undefined) // Whoever waits hears of it; a handover nobody waits for is no fault.
  return { settled: promise, resolve, reject }
}
