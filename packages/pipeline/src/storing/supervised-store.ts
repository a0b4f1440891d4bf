import type { Batch, Gap } from '@headwatch/protocol'
import { type AppendOutcome, RetryableError, type Store, type StoreReader } from '@headwatch/sdk'
import { backOffMs } from '../delivery/back-off.ts'
import { messageOf, type SupervisionParts } from '../supervision/supervised.ts'
import { endsSoon } from '../supervision/with-deadline.ts'

const firstRestartMs = 500
const maxRestartMs = 60_000

/** A store that is closed and opened anew, with back-off, after a fault. While it is away every question is retryable. */
export class SupervisedStore implements Store {
  readonly name: string
  readonly #create: () => Store
  readonly #parts: SupervisionParts
  readonly #stop = new AbortController()
  #store: Store | undefined
  #faultsInRow = 0
  #restarting: Promise<void> | undefined

  constructor(name: string, create: () => Store, parts: SupervisionParts) {
    this.name = name
    this.#create = create
    this.#parts = parts
  }

  /** Makes and opens it for the first time. @throws what `open` throws: a program does not start without its store. */
  async open(signal: AbortSignal): Promise<void> {
    const store = this.#create()
    try {
      await store.open(signal)
    } catch (error) {
      await this.#end(store)
      throw error
    }
    this.#store = store
  }

  async append(batches: readonly Batch[], gaps: readonly Gap[], signal: AbortSignal): Promise<AppendOutcome> {
    const outcome = await this.#now().append(batches, gaps, signal)
    this.#faultsInRow = 0
    return outcome
  }

  /** An append broke the contract: the store is closed and opened anew. Resolves at once. */
  fault(error: unknown): void {
    const { meter, logger } = this.#parts
    meter.count('headwatch_plugin_faults_total', 1, { plugin: this.name })
    logger.error('a store failed and is opened anew', { plugin: this.name, reason: messageOf(error) })
    this.#restarting ??= this.#restart()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#restarting
    const store = this.#store
    this.#store = undefined
    if (store !== undefined) await this.#end(store)
  }

  storedRanges: StoreReader['storedRanges'] = async (...asked) => this.#now().storedRanges(...asked)
  gaps: StoreReader['gaps'] = async (...asked) => this.#now().gaps(...asked)
  series: StoreReader['series'] = async (...asked) => this.#now().series(...asked)
  latest: StoreReader['latest'] = async (...asked) => this.#now().latest(...asked)
  blocks: StoreReader['blocks'] = async (...asked) => this.#now().blocks(...asked)
  nodes: StoreReader['nodes'] = async (...asked) => this.#now().nodes(...asked)
  logs: StoreReader['logs'] = async (...asked) => this.#now().logs(...asked)
  alarms: StoreReader['alarms'] = async (...asked) => this.#now().alarms(...asked)

  #now(): Store {
    if (this.#store === undefined) throw new RetryableError(`the store "${this.name}" is being opened anew`)
    return this.#store
  }

  async #restart(): Promise<void> {
    const { clock, logger } = this.#parts
    const { signal } = this.#stop
    const broken = this.#store
    this.#store = undefined
    if (broken !== undefined) await this.#end(broken)
    while (!signal.aborted) {
      const waitMs = firstRestartMs + backOffMs(this.#faultsInRow++, firstRestartMs, maxRestartMs)
      await clock.sleep(waitMs, signal).catch(() => undefined)
      if (signal.aborted) return
      try {
        await this.open(signal)
        this.#restarting = undefined // With the store back, in one turn: the next fault begins another restart.
        return
      } catch (error) {
        logger.error('a store cannot be opened; it is tried again', { plugin: this.name, reason: messageOf(error) })
      }
    }
  }

  async #end(store: Store): Promise<void> {
    const { clock, logger } = this.#parts
    const ending = Promise.try(() => store[Symbol.asyncDispose]())
    ending.catch((error: unknown) =>
      logger.warn('a store did not close cleanly', { plugin: this.name, reason: messageOf(error) }),
    )
    if (!(await endsSoon(ending, clock)))
      logger.warn('a store does not close and is left behind', { plugin: this.name })
  }
}
