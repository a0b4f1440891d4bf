import type { Batch, Gap } from '@headwatch/protocol'
import { concernsThisDataOnly, RejectedError, RetryableError, retryAfterOf, verdictOf } from '@headwatch/sdk'
import { Pause } from '../delivery/pause.ts'
import { messageOf, type SupervisionParts } from '../supervision/supervised.ts'
import { unlessAborted } from '../supervision/unless-aborted.ts'
import type { SupervisedStore } from './supervised-store.ts'

/** What is written: a batch, or the news that numbers will never come. */
export type Written = { readonly batch: Batch; readonly gap?: never } | { readonly gap: Gap; readonly batch?: never }

/** Who still has what is written should it not get there. */
export type KeptBy = 'sender' | 'nobody'

interface Waiting {
  readonly what: Written
  readonly keptBy: KeptBy
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
  /** How often the store broke on it alone, and how many appends had succeeded when it first did. */
  faults: number
  successesBefore: number
}

export interface StoreWriterOptions {
  /** Most records in one append. */
  readonly appendRecords: number
  /** Most records waiting; beyond it `write` throws a retryable error. */
  readonly maxRecords: number
}

/** Failures in a row after which a store counts as away. */
const awayFailures = 3

/** A store that takes nothing for this long, though something waits, does not work: whoever asks is told, also while one call hangs. */
const stalledAfterMs = 3_000

/** A batch on which the store alone broke this often, while others went well, is refused. */
export const poisonFaults = 5

/**
 * Brings what pipelines accept into one store. What waits while an append runs goes together in the next one. After a
 * failure fewer go together, down to one, so that a batch the store will not have, or not now, costs itself and never the others.
 */
export class StoreWriter {
  readonly name: string
  readonly #store: SupervisedStore
  readonly #options: StoreWriterOptions
  readonly #parts: SupervisionParts
  readonly #pause: Pause
  readonly #stop = new AbortController()
  readonly #waiting: Waiting[] = []
  #records = 0
  #successes = 0
  /** When something began to wait, or was stored since. */
  #progressAtMs = 0
  /** How many of those that wait, from the first on, are with the store now. */
  #inAppend = 0
  #together = Number.POSITIVE_INFINITY
  #running: Promise<void> | undefined

  constructor(store: SupervisedStore, options: StoreWriterOptions, parts: SupervisionParts) {
    this.name = store.name
    this.#store = store
    this.#options = options
    this.#parts = parts
    this.#pause = new Pause({ firstMs: 50, maxMs: 5_000 }, parts.clock)
  }

  /** Records accepted and not yet durable. */
  get waitingRecords(): number {
    return this.#records
  }

  get isFailing(): boolean {
    return this.#isAway || this.#isStalled
  }

  get #isAway(): boolean {
    return this.#pause.failures >= awayFailures
  }

  get #isStalled(): boolean {
    return this.#waiting.length > 0 && this.#parts.clock.monotonicMs() - this.#progressAtMs >= stalledAfterMs
  }

  /** Resolves once it is durable. @throws {RetryableError} the store is behind. @throws {RejectedError} the store will never have it. */
  write(what: Written, keptBy: KeptBy): Promise<void> {
    const records = weightOf(what)
    if (this.#stop.signal.aborted) return Promise.reject(new RetryableError('the store is closing'))
    if (this.#records + records > this.#options.maxRecords)
      return Promise.reject(new RetryableError('the store is behind', { retryAfterMs: 1_000 }))
    this.#records += records
    if (this.#waiting.length === 0) this.#progressAtMs = this.#parts.clock.monotonicMs()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const waiting = { what, keptBy, resolve, reject, faults: 0, successesBefore: 0 }
    // What closes a hole goes first: the store may be waiting for just that before it takes more of a source.
    if (what.gap === undefined) this.#waiting.push(waiting)
    else this.#waiting.splice(this.#inAppend, 0, waiting)
    this.#running ??= this.#run()
    return promise
  }

  /** Waits until everything is written or `deadline` aborts; the rest is rejected as retryable. Returns how many records that nobody else has are lost with it. */
  async close(deadline: AbortSignal): Promise<number> {
    this.#pause.hurry()
    if (this.#running !== undefined) await unlessAborted(this.#running, deadline).catch(() => undefined)
    const alone = this.#waiting.filter(({ keptBy }) => keptBy === 'nobody')
    const lost = alone.reduce((sum, { what }) => sum + (what.batch?.records.length ?? 0), 0)
    this.#stop.abort()
    await this.#running
    return lost
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    while (this.#waiting.length > 0 && !signal.aborted) {
      await this.#pause.over(signal)
      if (!signal.aborted) await this.#append(this.#next())
    }
    this.#running = undefined // In the same turn as the last look at what waits, so that nothing is left lying.
    for (const waiting of this.#waiting.splice(0)) {
      this.#records -= weightOf(waiting.what)
      waiting.reject(new RetryableError('the store was closed before it took the data'))
    }
  }

  /** What goes together now: from the oldest on, at least one. It stays in the list until it is done. */
  #next(): readonly Waiting[] {
    let records = 0
    let count = 0
    for (const { what } of this.#waiting) {
      records += weightOf(what)
      if (count > 0 && (records > this.#options.appendRecords || count >= this.#together)) break
      count++
    }
    return this.#waiting.slice(0, count)
  }

  async #append(group: readonly Waiting[]): Promise<void> {
    const { signal } = this.#stop
    const batches = group.flatMap(({ what }) => what.batch ?? [])
    const gaps = group.flatMap(({ what }) => what.gap ?? [])
    this.#inAppend = group.length
    try {
      const { stored, duplicates } = await unlessAborted(
        Promise.try(() => this.#store.append(batches, gaps, signal)),
        signal,
      )
      this.#inAppend = 0
      this.#succeeded(group.length, stored, duplicates)
      for (const waiting of this.#leave(group.length)) waiting.resolve()
    } catch (error) {
      this.#inAppend = 0
      if (!signal.aborted) this.#failed(group, error)
    }
  }

  /** The first `count` are done with. */
  #leave(count: number): readonly Waiting[] {
    const left = this.#waiting.splice(0, count)
    for (const { what } of left) this.#records -= weightOf(what)
    return left
  }

  #succeeded(count: number, stored: number, duplicates: number): void {
    const { meter, logger } = this.#parts
    this.#successes++
    this.#progressAtMs = this.#parts.clock.monotonicMs()
    this.#together = Math.max(this.#together, count * 2)
    if (this.#pause.succeeded() >= awayFailures) logger.info('a store is back', { store: this.name })
    if (stored > 0) meter.count('headwatch_stored_total', stored, { store: this.name })
    if (duplicates > 0) meter.count('headwatch_duplicates_total', duplicates, { store: this.name })
  }

  #failed(group: readonly Waiting[], error: unknown): void {
    const verdict = verdictOf(error)
    this.#together = Math.max(1, Math.floor(group.length / 2))
    if (verdict !== 'reject') this.#parts.meter.count('headwatch_retries_total', 1, { store: this.name })
    if (verdict !== 'reject' && !concernsThisDataOnly(error)) this.#pauseAfter(error)
    const [only] = group
    if (only === undefined || group.length > 1) return
    if (verdict === 'reject') this.#refuse(error, 'rejected')
    else if (concernsThisDataOnly(error)) for (const { reject } of this.#leave(1)) reject(error)
    else if (verdict === 'fault' && this.#isPoison(only))
      this.#refuse(new RejectedError('the store breaks on it', { cause: error }), 'poison')
    else this.#waiting.push(...this.#waiting.splice(0, 1)) // Perhaps the others have better luck.
  }

  #pauseAfter(error: unknown): void {
    const wasAway = this.#isAway
    this.#pause.failed(retryAfterOf(error))
    if (!wasAway && this.#isAway)
      this.#parts.logger.warn('a store does not take data; it is tried again and again', {
        store: this.name,
        reason: messageOf(error),
      })
    if (verdictOf(error) === 'fault') this.#store.fault(error)
  }

  #isPoison(waiting: Waiting): boolean {
    if (waiting.faults++ === 0) waiting.successesBefore = this.#successes
    return waiting.faults >= poisonFaults && this.#successes > waiting.successesBefore
  }

  /** The oldest will never be stored. */
  #refuse(error: unknown, reason: string): void {
    const [refused] = this.#leave(1)
    if (refused === undefined) return
    const { meter, logger } = this.#parts
    const records = refused.what.batch?.records.length ?? 0
    if (records > 0) meter.count('headwatch_dropped_total', records, { at: this.name, reason })
    logger.warn('a store refused a batch', { store: this.name, records, reason: messageOf(error) })
    refused.reject(error)
  }
}

/** Everything that waits takes room, gaps and empty batches too. */
function weightOf({ batch }: Written): number {
  return Math.max(1, batch?.records.length ?? 1)
}
