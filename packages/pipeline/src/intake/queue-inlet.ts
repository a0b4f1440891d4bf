import type { Source, TelemetryRecord } from '@headwatch/protocol'
import type { Clock, Meter } from '@headwatch/sdk'
import type { PutResult, Queue } from '../queue/queue.ts'

/** The way into a pipeline's queue. Counts what the queue lets go, and knows how long somebody has waited for room. */
export class QueueInlet {
  readonly #queue: Queue
  readonly #clock: Clock
  readonly #meter: Meter
  #droppedRecords = 0
  #waitingPuts = 0
  /** Since when no put has come through although one waits. */
  #heldSinceMs = 0

  constructor(queue: Queue, { clock, meter }: { readonly clock: Clock; readonly meter: Meter }) {
    this.#queue = queue
    this.#clock = clock
    this.#meter = meter
  }

  get source(): Source {
    return this.#queue.source
  }

  /** Records let go since the start. */
  get droppedRecords(): number {
    return this.#droppedRecords
  }

  /** How long the one who waits longest for room has waited, in milliseconds; 0 when nobody does. */
  get heldForMs(): number {
    return this.#waitingPuts === 0 ? 0 : this.#clock.monotonicMs() - this.#heldSinceMs
  }

  /**
   * Resolves to how many records were not taken and may be given again. `isKept`: the sender keeps those, so they do not count
   * as let go.
   */
  async put(records: readonly TelemetryRecord[], { isKept }: { readonly isKept: boolean }): Promise<number> {
    if (this.#waitingPuts++ === 0) this.#heldSinceMs = this.#clock.monotonicMs()
    try {
      const result = await this.#queue.put(records)
      const { too_large = 0, unwritable = 0 } = result.dropReasons ?? {}
      const refused = records.length - result.accepted - too_large - unwritable
      this.#count(result, isKept ? refused : 0)
      return refused
    } finally {
      this.#waitingPuts--
      this.#heldSinceMs = this.#clock.monotonicMs()
    }
  }

  /** Counts what was let go by its reason; `kept` of it is still with its sender. */
  #count({ dropped, dropReasons = {} }: PutResult, kept: number): void {
    if (dropped === kept) return
    const others = Object.values(dropReasons).reduce((sum, records) => sum + records, 0)
    let left = kept
    for (const [reason, records] of [['queue_full', dropped - others] as const, ...Object.entries(dropReasons)]) {
      const withSender = neverRefused.has(reason) ? 0 : Math.min(left, records)
      left -= withSender
      if (records === withSender) continue
      this.#droppedRecords += records - withSender
      this.#meter.count('headwatch_dropped_total', records - withSender, { at: 'queue', reason })
    }
  }
}

/** Reasons for which only records go that nobody else has: what orphans waited for, and what can never be taken. */
const neverRefused: ReadonlySet<string> = new Set(['orphan', 'too_large', 'unwritable'])
