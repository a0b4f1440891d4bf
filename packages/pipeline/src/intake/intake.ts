import { type Batch, type Gap, type Source, sourceText, type TelemetryRecord } from '@headwatch/protocol'
import { type Meter, verdictOf } from '@headwatch/sdk'
import type { Queue } from '../queue/queue.ts'
import type { KeptBy, StoreWriter } from '../storing/store-writer.ts'
import { Numbering } from './numbering.ts'
import type { Processing } from './processing.ts'
import { worstOf } from './worst-of.ts'

/** Where a pipeline's records go. */
export interface Outlets {
  readonly stores: readonly StoreWriter[]
  /** The log in front of the exporters; absent when there are none. */
  readonly queue: Queue | undefined
  readonly acknowledge: 'memory' | 'disk' | 'stored'
}

/** Sources of senders that keep nothing, whose missing numbers are remembered. */
const maxUnkeptSources = 1_000

/** A pipeline behind its sources: processes what comes, hands it to every outlet, and answers with the worst of their answers. */
export class Intake {
  readonly #processing: Processing
  readonly #outlets: Outlets
  readonly #meter: Meter
  readonly #added: Numbering
  readonly #unkept = new Map<string, Numbering>()

  /** `added` numbers what processors add. */
  constructor(processing: Processing, outlets: Outlets, added: Numbering, meter: Meter) {
    this.#processing = processing
    this.#outlets = outlets
    this.#meter = meter
    this.#added = added
  }

  /**
   * Resolves when every outlet has the batch at the promised level. `numbering` where the batch's numbers are our own.
   *
   * @throws {RetryableError} nobody promised anything. @throws {RejectedError} a store will never have it.
   */
  async take(batch: Batch, numbering: Numbering | undefined): Promise<void> {
    const processed = this.#processing.process(batch)
    this.#takeAdded(processed.added)
    await this.#fanOut(processed.batch, numbering)
  }

  /** @throws {RetryableError} a processor is being made anew: nothing can be taken now. */
  checkReady(): void {
    this.#processing.checkReady()
  }

  async closeGap(gap: Gap): Promise<void> {
    const writes = this.#outlets.stores.map((store) => store.write({ gap }, this.#keeper))
    await worstOf(writes)
  }

  /** Lets processors judge what did not come. */
  tick(): void {
    this.#takeAdded(this.#processing.tick())
  }

  /** Nobody waits for what processors add: what is not taken is counted. */
  #takeAdded(added: readonly TelemetryRecord[]): void {
    if (added.length === 0) return
    this.#meter.count('headwatch_added_total', added.length)
    this.#fanOut(this.#added.number(added), this.#added).catch(() =>
      this.#meter.count('headwatch_dropped_total', added.length, { at: 'added', reason: 'not_taken' }),
    )
  }

  /** A sender that was promised more than memory keeps what it was not answered for. */
  get #keeper(): KeptBy {
    return this.#outlets.acknowledge === 'memory' ? 'nobody' : 'sender'
  }

  /** Stores before the queue: a sender who must repeat has then given the queue nothing yet. */
  async #fanOut(batch: Batch, numbering: Numbering | undefined): Promise<void> {
    const { stores, queue, acknowledge } = this.#outlets
    const unkept = numbering ?? (acknowledge === 'memory' ? this.#numberingOf(batch.source) : undefined)
    const writes = stores.map((store) => unkept?.write(store, batch) ?? store.write({ batch }, this.#keeper))
    if (acknowledge === 'memory') this.#countUnstored(writes, batch.records.length)
    else await worstOf(writes)
    if (queue !== undefined && batch.records.length > 0) await this.#enqueue(queue, batch.records)
  }

  /** Remembers what stores miss of a source whose sender will not repeat it. Bounded: the source heard of first is forgotten. */
  #numberingOf(source: Source): Numbering {
    const key = sourceText(source)
    const known = this.#unkept.get(key) ?? new Numbering(source)
    this.#unkept.set(key, known)
    const [first] = this.#unkept.keys()
    if (this.#unkept.size > maxUnkeptSources && first !== undefined) this.#unkept.delete(first)
    return known
  }

  /** Nobody waits for these writes. What a store refuses it counts itself. */
  #countUnstored(writes: readonly Promise<void>[], records: number): void {
    for (const write of writes) {
      write.catch((error: unknown) => {
        if (verdictOf(error) !== 'reject' && records > 0)
          this.#meter.count('headwatch_dropped_total', records, { at: 'store', reason: 'store_behind' })
      })
    }
  }

  async #enqueue(queue: Queue, records: readonly TelemetryRecord[]): Promise<void> {
    const { dropped } = await queue.put(records)
    if (dropped > 0) this.#meter.count('headwatch_dropped_total', dropped, { at: 'queue', reason: 'queue_full' })
  }
}
