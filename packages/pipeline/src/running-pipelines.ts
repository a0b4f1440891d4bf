import type { Clock, Logger, StoreReader } from '@headwatch/sdk'
import type { Destination } from './delivery/destination.ts'
import type { Queue, QueueReader } from './queue/queue.ts'
import type { MetricRegistry } from './self-metrics/metric-registry.ts'
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
  readonly queues: readonly Queue[]
  readonly destinations: readonly Destination[]
  /** Called about once a second. */
  readonly ticks: readonly (() => void)[]
  /** Collectors and receivers; each runs until its signal aborts. */
  readonly sources: readonly ((signal: AbortSignal) => Promise<void>)[]
  /** Plugins, to be ended last. */
  readonly owned: readonly AsyncDisposable[]
}

/** What a drain could not bring out in time, by where it was. What a sender still has is not lost. */
export interface DrainOutcome {
  readonly lostRecords: number
  readonly lost: Readonly<Record<string, number>>
}

/** How far a destination is behind. */
export interface DestinationStatus {
  readonly name: string
  readonly isFailing: boolean
  /** One for each pipeline that ends there. */
  readonly queues: readonly ReturnType<QueueReader['status']>[]
}

export interface StoreStatus {
  readonly name: string
  readonly isFailing: boolean
  readonly waitingRecords: number
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
  #drained: Promise<DrainOutcome> | undefined

  /** Starts deliveries first, then receivers and collectors. */
  constructor(assembly: Assembly, parts: Parts) {
    this.#parts = parts
    this.#assembly = assembly
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

  status(): { readonly destinations: readonly DestinationStatus[]; readonly stores: readonly StoreStatus[] } {
    const { destinations, writers } = this.#assembly
    return {
      destinations: destinations.map(({ name, isFailing, readers }) => ({
        name,
        isFailing,
        queues: readers.map((reader) => reader.status()),
      })),
      stores: writers.map(({ name, isFailing, waitingRecords }) => ({ name, isFailing, waitingRecords })),
    }
  }

  /** Sentences on what does not work; empty when everything does. */
  problems(): readonly string[] {
    const { destinations, stores } = this.status()
    return [
      ...destinations.filter(({ isFailing }) => isFailing).map(({ name }) => `nothing is delivered to "${name}"`),
      ...stores.filter(({ isFailing }) => isFailing).map(({ name }) => `the store "${name}" does not take data`),
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
      if (!signal.aborted) for (const tick of this.#assembly.ticks) tick()
    }
  }

  #measure(): void {
    const { metrics } = this.#parts
    const { destinations, stores } = this.status()
    for (const { name, queues } of destinations) {
      for (const lane of ['live', 'backlog'] as const) {
        const sum = (what: 'records' | 'bytes') => queues.reduce((total, queue) => total + queue[lane][what], 0)
        metrics.set('headwatch_queue_records', sum('records'), { destination: name, lane })
        metrics.set('headwatch_queue_bytes', sum('bytes'), { destination: name, lane })
      }
    }
    for (const { name, waitingRecords } of stores)
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
    const lost = { ...(await this.#closeStores(late.signal)), ...(await this.#closeQueues(late.signal)) }
    done.abort()
    await this.#end()
    const lostRecords = Object.values(lost).reduce((sum, records) => sum + records, 0)
    if (lostRecords > 0) this.#parts.logger.warn('not everything went out before the end', { lostRecords, lost })
    return { lostRecords, lost }
  }

  async #closeStores(late: AbortSignal): Promise<Readonly<Record<string, number>>> {
    const closing = this.#assembly.writers.map(async (writer) => [writer.name, await writer.close(late)] as const)
    return Object.fromEntries((await Promise.all(closing)).filter(([, records]) => records > 0))
  }

  async #closeQueues(late: AbortSignal): Promise<Readonly<Record<string, number>>> {
    const { queues, destinations } = this.#assembly
    for (const queue of queues) queue.close()
    await unlessAborted(Promise.all(this.#delivering), late).catch(() => undefined)
    for (const destination of destinations) destination.stop()
    await Promise.allSettled(this.#delivering)
    const lost: Record<string, number> = {}
    for (const { name, readers } of destinations) {
      const records = readers.reduce((sum, reader) => sum + waiting(reader), 0)
      if (records === 0) continue
      lost[name] = records
      this.#parts.metrics.count('headwatch_dropped_total', records, { at: name, reason: 'shutdown' })
    }
    return lost
  }

  async #end(): Promise<void> {
    this.#endProbe()
    const owned = [...this.#assembly.owned, ...this.#assembly.queues, ...this.#assembly.stores.values()]
    for (const ended of await Promise.allSettled(owned.map((one) => one[Symbol.asyncDispose]())))
      if (ended.status === 'rejected')
        this.#parts.logger.warn('something did not end cleanly', { reason: messageOf(ended.reason) })
  }
}

function waiting(reader: QueueReader): number {
  const { live, backlog } = reader.status()
  return live.records + backlog.records
}
