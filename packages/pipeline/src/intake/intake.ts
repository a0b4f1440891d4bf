import {
  type Batch,
  type Gap,
  type Source,
  sourceText,
  type Telemetry,
  type TelemetryRecord,
} from '@headwatch/protocol'
import { type Meter, RetryableError, verdictOf } from '@headwatch/sdk'
import type { KeptBy, StoreWriter } from '../storing/store-writer.ts'
import { Numbering } from './numbering.ts'
import { gapPassedOn, partOf, passedOn } from './passed-on.ts'
import { PassedRanges } from './passed-ranges.ts'
import type { Processing } from './processing.ts'
import type { QueueInlet } from './queue-inlet.ts'
import { QueuedAlready } from './queued-already.ts'
import { worstOf } from './worst-of.ts'

/** Where a pipeline's records go. */
export interface Outlets {
  readonly stores: readonly StoreWriter[]
  /** The log in front of the exporters; absent when there are none. */
  readonly queue: QueueInlet | undefined
  readonly acknowledge: 'memory' | 'disk' | 'stored'
  /** Whether a sender is answered only when the queue took all that it sent. */
  readonly isQueuePromised: boolean
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
  readonly #queued = new QueuedAlready()
  readonly #passed = new PassedRanges()

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
    const { stores, queue, isQueuePromised } = this.#outlets
    if (queue !== undefined && !isOwn(gap.source, queue))
      await this.#enqueue(queue, [gapPassedOn(gap)], isQueuePromised)
    await worstOf(stores.map((store) => store.write({ gap }, this.#keeper)))
  }

  /** Lets processors judge what did not come. */
  tick(): void {
    this.#takeAdded(this.#processing.tick())
  }

  /** Takes what this program itself has to say, as if a processor before all others had added it. */
  add(item: Telemetry): void {
    this.#takeAdded(this.#processing.add(item))
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

  async #fanOut(batch: Batch, numbering: Numbering | undefined): Promise<void> {
    const { stores, queue, acknowledge } = this.#outlets
    const isRepeated = numbering === undefined && acknowledge !== 'memory'
    if (isRepeated && queue !== undefined) return this.#intoQueueAndStores(batch, queue)
    const unkept = isRepeated ? undefined : (numbering ?? this.#numberingOf(batch.source))
    const writes = stores.map((store) => unkept?.write(store, batch) ?? store.write({ batch }, this.#keeper))
    if (acknowledge === 'memory') this.#countUnstored(writes, batch.records.length)
    else await worstOf(writes)
    // Last, for what was numbered here comes under new numbers when it is tried again.
    if (queue !== undefined) await this.#passOn(batch, queue, false)
  }

  /**
   * Queue first: what a store has is not asked for again, so a crash in between must cost a repeat and not the record. What
   * is repeated in the same life, because a store was away, goes into the queue once.
   */
  async #intoQueueAndStores(batch: Batch, queue: QueueInlet): Promise<void> {
    const { isQueuePromised } = this.#outlets
    for (const part of this.#queued.missing(batch)) await this.#passOn(partOf(batch, part), queue, isQueuePromised)
    this.#queued.put(batch)
    try {
      await worstOf(this.#outlets.stores.map((store) => store.write({ batch }, this.#keeper)))
    } catch (error) {
      if (verdictOf(error) === 'reject') this.#queued.answered(batch)
      throw error
    }
    this.#queued.answered(batch)
  }

  /** What a sender numbered keeps its numbers on the way onward; what was numbered here is known by those of the queue. */
  async #passOn(batch: Batch, queue: QueueInlet, isKept: boolean): Promise<void> {
    if (isOwn(batch.source, queue)) return this.#enqueue(queue, batch.records, isKept)
    await this.#enqueue(queue, passedOn(batch, this.#passed.before(batch)), isKept)
    this.#passed.add(batch)
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

  /** `isKept`: the sender keeps what is not taken. @throws {RetryableError} then, and only then, not all was taken. */
  async #enqueue(queue: QueueInlet | undefined, records: readonly TelemetryRecord[], isKept: boolean): Promise<void> {
    if (queue === undefined || records.length === 0) return
    const refused = await queue.put(records, { isKept })
    if (refused > 0 && isKept) throw new RetryableError('the queue has no room for it now')
  }
}

/** Whether this program itself gave the numbers. An agent may have the same name, but not these streams. */
function isOwn({ agent, stream }: Source, queue: QueueInlet): boolean {
  return agent === queue.source.agent && /^(received|receiver|collector|added)\//.test(stream)
}
