import type { Clock, Logger, StoreReader } from '@headwatch/sdk'
import type { Destination } from './delivery/destination.ts'
import { type PipelineQueue, waitingOf } from './pipeline-queue.ts'
import type { QueueAlarms } from './queue-alarms/queue-alarms.ts'
import type { MetricRegistry } from './self-metrics/metric-registry.ts'
import { QueueMetrics } from './self-metrics/queue-metrics.ts'
import type { StoreWriter } from './storing/store-writer.ts'
import type { SupervisedStore } from './storing/supervised-store.ts'
import { messageOf } from './supervision/supervised.ts'
import { unlessAborted } from './supervision/unless-aborted.ts'

interface Parts {
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: MetricRegistry
}

/** What runs, as `startPipelines` put it together. */
export interface Assembly {
  readonly stores: ReadonlyMap<string, SupervisedStore>
  readonly writers: readonly StoreWriter[]
  readonly queues: readonly PipelineQueue[]
  readonly destinations: readonly Destination[]
  readonly queueAlarms: QueueAlarms
  /** Called about once a second. */
  readonly ticks: readonly (() => void)[]
  /** Collectors and receivers; each runs until its signal aborts. */
  readonly sources: readonly ((signal: AbortSignal) => Promise<void>)[]
  /** Plugins, to be ended last. */
  readonly owned: readonly AsyncDisposable[]
}

/** What a drain could not bring out in time. What a sender still has is not lost. */
export interface DrainOutcome {
  readonly lostRecords: number
  /** By store or destination. */
  readonly lost: Readonly<Record<string, number>>
  /** Records on disk that a destination gets after the next start, the sum of all destinations. */
  readonly keptRecords: number
}

const tickMs = 1_000

/** Everything that runs, and how it is stopped: sources first, then stores and queues empty, then plugins end. */
export class RunningPipelines implements AsyncDisposable {
  readonly #parts: Parts
  readonly #assembly: Assembly
  readonly #sources = new AbortController()
  readonly #running: readonly Promise<void>[]
  readonly #delivering: readonly Promise<void>[]
  readonly #endProbe: () => void
  readonly #queueMetrics: QueueMetrics
  #drained: Promise<DrainOutcome> | undefined

  /** Starts deliveries first, then receivers and collectors. */
  constructor(assembly: Assembly, parts: Parts) {
    this.#parts = parts
    this.#assembly = assembly
    this.#queueMetrics = new QueueMetrics(assembly.queues, assembly.destinations, parts.clock)
    this.#endProbe = parts.metrics.probe(() => this.#measure())
    this.#delivering = assembly.destinations.map((destination) => destination.run())
    this.#running = [this.#tick(), ...assembly.sources.map((run) => run(this.#sources.signal))]
  }

  /** The questions of a store, by name. */
  storeReader(name: string): StoreReader | undefined {
    return this.#assembly.stores.get(name)
  }

  /** The store that is lent to plugins and asked by the API: the first one configured. */
  get firstStore(): StoreReader | undefined {
    return this.#assembly.stores.values().next().value
  }

  /** Sentences on what does not work; empty when everything does. */
  problems(): readonly string[] {
    const { destinations, writers, queueAlarms } = this.#assembly
    const ofQueues = queueAlarms.problems()
    const failing = destinations
      .filter(({ isFailing }) => isFailing)
      .map(({ name }) => `nothing is delivered to "${name}"`)
    return [
      ...failing.filter((sentence) => !ofQueues.some((longer) => longer.startsWith(sentence))),
      ...writers.filter(({ isFailing }) => isFailing).map(({ name }) => `the store "${name}" does not take data`),
      ...ofQueues,
    ]
  }

  /** Stops taking anything in, lets what is held go out until `deadlineMs` from now, and ends every plugin. Safe to call twice. */
  drain(deadlineMs: number): Promise<DrainOutcome> {
    this.#drained ??= this.#drain(deadlineMs)
    return this.#drained
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain(0)
  }

  async #tick(): Promise<void> {
    const { signal } = this.#sources
    while (!signal.aborted) {
      await this.#parts.clock.sleep(tickMs, signal).catch(() => undefined)
      if (signal.aborted) return
      for (const tick of this.#assembly.ticks) tick()
      this.#assembly.queueAlarms.tick()
    }
  }

  #measure(): void {
    const { metrics } = this.#parts
    this.#queueMetrics.read(metrics)
    for (const { name, waitingRecords } of this.#assembly.writers)
      metrics.set('headwatch_store_waiting_records', waitingRecords, { store: name })
  }

  async #drain(deadlineMs: number): Promise<DrainOutcome> {
    const late = new AbortController()
    const done = new AbortController()
    if (deadlineMs <= 0) late.abort()
    else
      this.#parts.clock.sleep(deadlineMs, done.signal).then(
        () => late.abort(),
        () => undefined,
      )
    this.#sources.abort()
    for (const destination of this.#assembly.destinations) destination.hurry()
    await unlessAborted(Promise.allSettled(this.#running), late.signal).catch(() => undefined)
    const unstored = await this.#closeStores(late.signal)
    await this.#closeQueues(late.signal)
    const lost = { ...unstored, ...this.#lostInMemory() }
    const keptRecords = this.#keptOnDisk()
    done.abort()
    await this.#end()
    const lostRecords = Object.values(lost).reduce((sum, records) => sum + records, 0)
    if (lostRecords > 0) this.#parts.logger.warn('not everything went out before the end', { lostRecords, lost })
    if (keptRecords > 0) this.#parts.logger.info('records wait on disk for the next start', { keptRecords })
    return { lostRecords, lost, keptRecords }
  }

  async #closeStores(late: AbortSignal): Promise<Readonly<Record<string, number>>> {
    const closing = this.#assembly.writers.map(async (writer) => [writer.name, await writer.close(late)] as const)
    return Object.fromEntries((await Promise.all(closing)).filter(([, records]) => records > 0))
  }

  async #closeQueues(late: AbortSignal): Promise<void> {
    const { queues, destinations } = this.#assembly
    for (const { queue } of queues) queue.close()
    await unlessAborted(Promise.all(this.#delivering), late).catch(() => undefined)
    for (const destination of destinations) destination.stop()
    await Promise.allSettled(this.#delivering)
  }

  /** What waits in queues that end with the process, by destination. */
  #lostInMemory(): Readonly<Record<string, number>> {
    const lost: Record<string, number> = {}
    for (const { destination, records } of this.#waiting('memory')) {
      lost[destination] = (lost[destination] ?? 0) + records
      this.#parts.metrics.count('headwatch_dropped_total', records, { at: destination, reason: 'shutdown' })
    }
    return lost
  }

  #keptOnDisk(): number {
    return this.#waiting('disk').reduce((sum, { records }) => sum + records, 0)
  }

  #waiting(keep: 'disk' | 'memory'): readonly { readonly destination: string; readonly records: number }[] {
    const queues = this.#assembly.queues.filter(({ pipeline }) => pipeline.queue.keep === keep)
    return queues
      .flatMap(({ readers }) => [...readers].map(([destination, reader]) => ({ destination, ...waitingOf(reader) })))
      .filter(({ records }) => records > 0)
  }

  async #end(): Promise<void> {
    this.#endProbe()
    await this.#assembly.queueAlarms.close()
    const owned = [
      ...this.#assembly.owned,
      ...this.#assembly.queues.map(({ queue }) => queue),
      ...this.#assembly.stores.values(),
    ]
    for (const ended of await Promise.allSettled(owned.map((one) => one[Symbol.asyncDispose]())))
      if (ended.status === 'rejected')
        this.#parts.logger.warn('something did not end cleanly', { reason: messageOf(ended.reason) })
  }
}
