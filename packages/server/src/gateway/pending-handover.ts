import type { Batch, Gap, HandoverAck, Lane, Returned, Source, Telemetry, TelemetryRecord } from '@headwatch/protocol'
import { RejectedError, RetryableError } from '@headwatch/sdk'

/** Someone who waits for what becomes of a batch or a gap. */
interface Waiting {
  readonly settled: Promise<void>
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
}

/** Something to be handed over, and who waits for it. */
interface Entry<T> {
  readonly what: T
  readonly waiting: Waiting
}

/** What is gathered for the next handover. Items without a position share one batch, numbered by the gateway. */
export class PendingHandover {
  #batches: Entry<Batch>[] = []
  #gaps: Entry<Gap>[] = []
  #own: { readonly records: TelemetryRecord[]; readonly waiting: Waiting } | undefined
  #records = 0

  /** What all of it weighs: a gap and an empty batch count as one record. */
  get records(): number {
    return this.#records
  }

  get batches(): readonly Batch[] {
    return this.#batches.map(({ what }) => what)
  }

  get gaps(): readonly Gap[] {
    return this.#gaps.map(({ what }) => what)
  }

  /** Resolves or rejects with the handover; one promise for all items without a position. */
  add(items: readonly Telemetry[], stamp: (item: Telemetry) => TelemetryRecord): Promise<void> {
    this.#own ??= { records: [], waiting: waiting() }
    for (const item of items) this.#own.records.push(stamp(item))
    this.#records += items.length
    return this.#own.waiting.settled
  }

  addBatch(batch: Batch): Promise<void> {
    const entry = { what: batch, waiting: waiting() }
    this.#batches.push(entry)
    this.#records += weightOf(batch)
    return entry.waiting.settled
  }

  addGap(gap: Gap): Promise<void> {
    const entry = { what: gap, waiting: waiting() }
    this.#gaps.push(entry)
    this.#records += 1
    return entry.waiting.settled
  }

  /** Turns the items without a position into a batch of `source` beginning at `first`; the number of them. */
  number(source: Source, lane: Lane, first: bigint): number {
    if (this.#own === undefined) return 0
    const { records, waiting } = this.#own
    this.#batches.push({ what: { source, lane, first, count: records.length, records }, waiting })
    this.#own = undefined
    return records.length
  }

  /** Tells everybody what became of theirs, except whose turn comes again: that is put in front of what `next` holds. */
  settle({ rejected, later, returned }: HandoverAck, next: PendingHandover): void {
    for (const { index, reason } of rejected) this.#batches[index]?.waiting.reject(new RejectedError(reason))
    sendBack(this.#batches, returned.batches)
    sendBack(this.#gaps, returned.gaps)
    const again = { batches: new Set(later.batches), gaps: new Set(later.gaps) }
    next.#putInFront(
      this.#batches.filter((_, index) => again.batches.has(index)),
      this.#gaps.filter((_, index) => again.gaps.has(index)),
    )
    // Of no effect where it was refused or sent back above.
    for (const [index, { waiting }] of this.#batches.entries()) if (!again.batches.has(index)) waiting.resolve()
    for (const [index, { waiting }] of this.#gaps.entries()) if (!again.gaps.has(index)) waiting.resolve()
  }

  reject(reason: unknown): void {
    this.#own?.waiting.reject(reason)
    for (const { waiting } of [...this.#batches, ...this.#gaps]) waiting.reject(reason)
  }

  #putInFront(batches: readonly Entry<Batch>[], gaps: readonly Entry<Gap>[]): void {
    this.#batches = [...batches, ...this.#batches]
    this.#gaps = [...gaps, ...this.#gaps]
    this.#records += gaps.length + batches.reduce((sum, { what }) => sum + weightOf(what), 0)
  }
}

function sendBack(entries: readonly Entry<unknown>[], returned: readonly Returned[]): void {
  for (const { index, reason } of returned)
    entries[index]?.waiting.reject(new RetryableError(reason, { scope: 'this_data' }))
}

function weightOf(batch: Batch): number {
  return Math.max(1, batch.records.length)
}

function waiting(): Waiting {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  promise.catch(() => undefined) // Whoever waits hears of it; a handover nobody waits for is no fault.
  return { settled: promise, resolve, reject }
}
