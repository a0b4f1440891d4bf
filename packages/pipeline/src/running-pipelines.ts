import type { Clock, Logger, Store, StoreReader } from '@headwatch/sdk'
import type { Destination } from './delivery/destination.ts'
import type { Queue } from './queue/queue.ts'
import type { MetricRegistry } from './self-metrics/metric-registry.ts'
import type { StoreWriter } from './storing/store-writer.ts'
import { messageOf } from './supervision/supervised.ts'
import { unlessAborted } from './supervision/unless-aborted.ts'

interface Parts {
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: MetricRegistry
}

/** What a drain could not bring out in time. */
export interface DrainOutcome {
  readonly lostRecords: number
}

const tickMs = 1_000

/** Everything that runs, and how it is stopped: sources first, then queues and stores empty, then plugins end. */
export class RunningPipelines implements AsyncDisposable {
  readonly #parts: Parts
  readonly #stores: ReadonlyMap<string, Store>
  readonly #writers = new Map<string, StoreWriter>()
  readonly #queues: Queue[] = []
  readonly #destinations: Destination[] = []
  readonly #owned: AsyncDisposable[] = []
  readonly #ticks: (() => void)[] = []
  readonly #sources = new AbortController()
  readonly #running: Promise<void>[] = []
  readonly #delivering: Promise<void>[] = []
  #drained: Promise<DrainOutcome> | undefined

  constructor(parts: Parts, stores: ReadonlyMap<string, Store>) {
    this.#parts = parts
    this.#stores = stores
    this.#running.push(this.#tick())
    parts.metrics.probe((meter) => {
      for (const { name, reader } of this.#destinations) {
        for (const [lane, { records, bytes }] of Object.entries(reader.status())) {
          meter.set('headwatch_queue_records', records, { destination: name, lane })
          meter.set('headwatch_queue_bytes', bytes, { destination: name, lane })
        }
      }
      for (const writer of this.#writers.values())
        meter.set('headwatch_store_waiting_records', writer.waitingRecords, { store: writer.name })
    })
  }

  /** The questions of a store, by name. */
  storeReader(name: string): StoreReader | undefined {
    return this.#stores.get(name)
  }

  /** The store that is lent to plugins and asked by the API: the first one configured. */
  get firstStore(): StoreReader | undefined {
    return this.#stores.values().next().value
  }

  /** Sentences on what does not work; empty when everything does. */
  problems(): readonly string[] {
    const destinations = this.#destinations
      .filter(({ isFailing }) => isFailing)
      .map(({ name }) => `nothing is delivered to "${name}"`)
    const stores = [...this.#writers.values()]
      .filter(({ isFailing }) => isFailing)
      .map(({ name }) => `the store "${name}" does not take data`)
    return [...destinations, ...stores]
  }

  /** Stops taking anything in, lets what is held go out until `deadlineMs` from now, and ends every plugin. Safe to call twice. */
  drain(deadlineMs: number): Promise<DrainOutcome> {
    this.#drained ??= this.#drain(deadlineMs)
    return this.#drained
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain(0)
  }

  /** @internal The one writer of a store, shared by its pipelines. */
  writer(name: string, make: (store: Store) => StoreWriter): StoreWriter {
    const known = this.#writers.get(name)
    if (known !== undefined) return known
    const store = this.#stores.get(name)
    if (store === undefined) throw new Error(`no store "${name}" is open`)
    const writer = make(store)
    this.#writers.set(name, writer)
    return writer
  }

  /** @internal */
  addQueue(queue: Queue): void {
    this.#queues.push(queue)
  }

  /** @internal */
  addDestination(destination: Destination): void {
    this.#destinations.push(destination)
    this.#delivering.push(destination.run())
  }

  /** @internal */
  addTick(tick: () => void): void {
    this.#ticks.push(tick)
  }

  /** @internal Runs until the sources are stopped. */
  addSource(run: (signal: AbortSignal) => Promise<void>): void {
    this.#running.push(run(this.#sources.signal))
  }

  /** @internal Is disposed of at the end. */
  own(owned: AsyncDisposable): void {
    this.#owned.push(owned)
  }

  async #tick(): Promise<void> {
    const { signal } = this.#sources
    while (!signal.aborted) {
      await this.#parts.clock.sleep(tickMs, signal).catch(() => undefined)
      if (!signal.aborted) for (const tick of this.#ticks) tick()
    }
  }

  async #drain(deadlineMs: number): Promise<DrainOutcome> {
    const late = AbortSignal.timeout(deadlineMs)
    this.#sources.abort()
    await Promise.allSettled(this.#running)
    for (const queue of this.#queues) queue.close()
    await unlessAborted(Promise.all(this.#delivering), late).catch(() => undefined)
    for (const destination of this.#destinations) destination.stop()
    await Promise.allSettled(this.#delivering)
    const lostInStores = await Promise.all([...this.#writers.values()].map((writer) => writer.close(late)))
    const lostInQueues = this.#destinations.map(({ reader }) =>
      Object.values(reader.status()).reduce((sum, { records }) => sum + records, 0),
    )
    await this.#end()
    const lostRecords = [...lostInStores, ...lostInQueues].reduce((sum, records) => sum + records, 0)
    if (lostRecords > 0)
      this.#parts.metrics.count('headwatch_dropped_total', lostRecords, {
        at: 'shutdown',
        reason: 'not_delivered_in_time',
      })
    return { lostRecords }
  }

  async #end(): Promise<void> {
    const stores = [...this.#stores].map(([name, store]) =>
      Promise.resolve(store[Symbol.asyncDispose]()).catch((error: unknown) => this.#complain(name, error)),
    )
    await Promise.all([...stores, ...this.#owned.map((owned) => owned[Symbol.asyncDispose]())])
  }

  #complain(name: string, error: unknown): void {
    this.#parts.logger.warn('a store did not close cleanly', { store: name, reason: messageOf(error) })
  }
}
