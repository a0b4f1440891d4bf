import type { Batch, Gap, Source, Telemetry, TelemetryRecord } from '@headwatch/protocol'
import type { Accept, Meter, Position } from '@headwatch/sdk'
import type { Queue } from '../queue/queue.ts'
import type { StoreWriter } from '../storing/store-writer.ts'
import type { Processing } from './processing.ts'

/** Where a pipeline's records go. */
export interface Outlets {
  readonly stores: readonly StoreWriter[]
  /** The log in front of the exporters; absent when there are none. */
  readonly queue: Queue | undefined
  readonly acknowledge: 'memory' | 'disk' | 'stored'
}

/** A pipeline's entrance: processes what comes, hands it to every outlet, and answers with the worst of their answers. */
export class Intake {
  readonly #processing: Processing
  readonly #outlets: Outlets
  readonly #meter: Meter
  readonly #added: Numbering

  /** `addedSource` numbers what processors add. */
  constructor(processing: Processing, outlets: Outlets, addedSource: Source, meter: Meter) {
    this.#processing = processing
    this.#outlets = outlets
    this.#meter = meter
    this.#added = new Numbering(addedSource)
  }

  /** What a collector or receiver is lent. Items without a position are numbered under `source`. */
  acceptFor(source: Source, complete: (item: Telemetry) => TelemetryRecord): Accept {
    const numbering = new Numbering(source)
    const accept = (items: readonly Telemetry[], position?: Position): Promise<void> => {
      this.#meter.count('headwatch_received_total', items.length)
      const records = items.map(complete)
      return this.#take(
        position === undefined ? numbering.number(records) : { count: records.length, ...position, records },
      )
    }
    return Object.assign(accept, { gap: (gap: Gap) => this.#closeGap(gap) })
  }

  /** Lets processors judge what did not come. */
  tick(): void {
    this.#takeAdded(this.#processing.tick())
  }

  async #take(batch: Batch): Promise<void> {
    const processed = this.#processing.process(batch)
    this.#takeAdded(processed.added)
    await this.#fanOut(processed.batch)
  }

  #takeAdded(added: readonly TelemetryRecord[]): void {
    if (added.length === 0) return
    this.#meter.count('headwatch_added_total', added.length)
    const batch = this.#added.number(added)
    this.#fanOut(batch).catch(() =>
      this.#meter.count('headwatch_dropped_total', added.length, { at: 'added', reason: 'not_taken' }),
    )
  }

  /** Worst of all: resolves when every outlet has taken the batch at the promised level. */
  async #fanOut(batch: Batch): Promise<void> {
    const { stores, queue, acknowledge } = this.#outlets
    const writes = stores.map((store) => store.write({ batch }))
    const waits: Promise<unknown>[] = acknowledge === 'stored' ? writes : []
    if (acknowledge !== 'stored') this.#countUnstored(writes, batch.records.length)
    if (queue !== undefined) waits.push(this.#enqueue(queue, batch.records))
    await Promise.all(waits)
  }

  /** Nobody waits for these writes: what a store does not take is counted here and gone. */
  #countUnstored(writes: readonly Promise<void>[], records: number): void {
    for (const write of writes) {
      write.catch(() => this.#meter.count('headwatch_dropped_total', records, { at: 'store', reason: 'store_behind' }))
    }
  }

  async #enqueue(queue: Queue, records: readonly TelemetryRecord[]): Promise<void> {
    const { dropped } = await queue.put(records)
    if (dropped > 0) this.#meter.count('headwatch_dropped_total', dropped, { at: 'queue', reason: 'queue_full' })
  }

  async #closeGap(gap: Gap): Promise<void> {
    this.#meter.count('headwatch_gap_records_total', Number(gap.last - gap.first) + 1, { reason: gap.reason })
    await Promise.all(this.#outlets.stores.map((store) => store.write({ gap })))
  }
}

/** Gives one source's numbers away in order. */
class Numbering {
  readonly #source: Source
  #next = 1n

  constructor(source: Source) {
    this.#source = source
  }

  number(records: readonly TelemetryRecord[]): Batch {
    const first = this.#next
    this.#next += BigInt(records.length)
    return { source: this.#source, lane: 'live', first, count: records.length, records }
  }
}
