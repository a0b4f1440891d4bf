import type { Source, TelemetryRecord } from '@headwatch/protocol'
import type { Clock, Meter } from '@headwatch/sdk'
import type { Queue } from '../queue/queue.ts'

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

  /** Resolves to how many records were not taken. `isKept`: the sender keeps those, so they do not count as let go. */
  async put(records: readonly TelemetryRecord[], { isKept }: { readonly isKept: boolean }): Promise<number> {
    if (this.#waitingPuts++ === 0) this.#heldSinceMs = this.#clock.monotonicMs()
    try {
      const { accepted, dropped } = await this.#queue.put(records)
      const refused = records.length - accepted
      this.#count(isKept ? dropped - refused : dropped)
      return refused
    } finally {
      this.#waitingPuts--
      this.#heldSinceMs = this.#clock.monotonicMs()
    }
  }

  #count(dropped: number): void {
    if (dropped === 0) return
    this.#droppedRecords += dropped
    this.#meter.count('headwatch_dropped_total', dropped, { at: 'queue', reason: 'queue_full' })
  }
}
