import type { Source, Telemetry, TelemetryRecord } from '@headwatch/protocol'
import {
  type Clock,
  type Exporter,
  type Host,
  type Kind,
  type Logger,
  type Processor,
  RejectedError,
  type Store,
  type StoreReader,
} from '@headwatch/sdk'
import { Destination } from './delivery/destination.ts'
import { checkRetention, readerOptions } from './delivery/retention-rules.ts'
import { runCollector } from './intake/collector-runner.ts'
import { entrance } from './intake/entrance.ts'
import { Intake } from './intake/intake.ts'
import { Numbering } from './intake/numbering.ts'
import { Processing } from './intake/processing.ts'
import { QueueInlet } from './intake/queue-inlet.ts'
import { runReceiver } from './intake/receiver-runner.ts'
import { stamp } from './intake/stamp.ts'
import { fullHost, type Lent } from './lent.ts'
import type { PipelineQueue } from './pipeline-queue.ts'
import type { Instance, PipelinePlan, Plan } from './plan.ts'
import { planProblems } from './plan-problems.ts'
import type { Queue } from './queue/queue.ts'
import type { QueueAlarmMemory } from './queue-alarms/queue-alarm-memory.ts'
import { startQueueAlarms } from './queue-alarms/start-queue-alarms.ts'
import { type Assembly, RunningPipelines } from './running-pipelines.ts'
import type { MetricRegistry } from './self-metrics/metric-registry.ts'
import { pluginMeter } from './self-metrics/plugin-meter.ts'
import type { ExporterSettings } from './settings.ts'
import { StoreWriter } from './storing/store-writer.ts'
import { storedEverywhere } from './storing/stored-everywhere.ts'
import { SupervisedStore } from './storing/supervised-store.ts'
import { Supervised, type SupervisionParts } from './supervision/supervised.ts'

export interface PipelineParts {
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: MetricRegistry
  readonly lent: Lent
  /** A random text, new at every start: numbers given by this program belong to it. */
  readonly epoch: string
  /** Takes over what the first store remembers, before anything new comes in. What it throws ends the start. */
  readonly recall?: (store: StoreReader) => Promise<void>
  /** Makes the queue in front of a pipeline's exporters. What it throws ends the start. */
  readonly makeQueue: (source: Source, pipeline: PipelinePlan) => Queue | Promise<Queue>
  /** Where alarms about these queues outlive the program; nowhere when absent. */
  readonly queueAlarmMemory?: QueueAlarmMemory
  /** Queues with a backlog that is of none of these pipelines, those that have a queue, by name. */
  readonly abandonedQueues?: (pipelines: readonly PipelinePlan[]) => Promise<readonly string[]>
}

const storeWriterOptions = { appendRecords: 5_000, maxRecords: 100_000 }
const openTimeoutMs = 60_000

/**
 * Starts everything in `plan`: stores first, then exporters, processors, receivers and collectors.
 *
 * @throws {RejectedError} the plan promises what it cannot keep; or what `open` of a store or `makeQueue` threw. Nothing runs then, and
 * what was open is closed again.
 */
export async function startPipelines(plan: Plan, parts: PipelineParts): Promise<RunningPipelines> {
  const [problem] = planProblems(plan)
  if (problem !== undefined) throw new RejectedError(problem)
  const stores = await openStores(plan, parts)
  const starter = new Starter(plan, parts, stores)
  try {
    const [first] = stores.values()
    if (first !== undefined) await parts.recall?.(first)
    return new RunningPipelines(await starter.assemble(), parts)
  } catch (error) {
    const opened: readonly AsyncDisposable[] = [
      ...starter.owned,
      ...starter.queues.map(({ queue }) => queue),
      ...stores.values(),
    ]
    await Promise.allSettled(opened.map((one) => one[Symbol.asyncDispose]()))
    throw error
  }
}

async function openStores(plan: Plan, parts: PipelineParts): Promise<ReadonlyMap<string, SupervisedStore>> {
  const stores = new Map<string, SupervisedStore>()
  try {
    for (const instance of plan.stores) {
      const host = hostOf(instance, plan, parts)
      const create = () => instance.plugin.create(instance.config, host)
      const store = new SupervisedStore(instance.name, create, supervisionParts(parts))
      await store.open(AbortSignal.timeout(openTimeoutMs))
      stores.set(instance.name, store)
    }
    return stores
  } catch (error) {
    for (const store of stores.values()) await store[Symbol.asyncDispose]().catch(() => undefined)
    throw error
  }
}

/** Puts the instances of a plan together. Nothing in it runs yet. */
class Starter {
  readonly owned: Supervised<object>[] = []
  readonly queues: PipelineQueue[] = []
  readonly #plan: Plan
  readonly #parts: PipelineParts
  readonly #supervision: SupervisionParts
  readonly #stores: ReadonlyMap<string, SupervisedStore>
  readonly #writers: ReadonlyMap<string, StoreWriter>
  readonly #processors = new Map<string, Supervised<Processor>>()

  constructor(plan: Plan, parts: PipelineParts, stores: ReadonlyMap<string, SupervisedStore>) {
    this.#plan = plan
    this.#parts = parts
    this.#supervision = supervisionParts(parts)
    this.#stores = stores
    const used = [...stores.values()].filter(({ name }) => plan.pipelines.some(({ to }) => to.includes(name)))
    this.#writers = new Map(
      used.map((store) => [store.name, new StoreWriter(store, storeWriterOptions, this.#supervision)]),
    )
  }

  async assemble(): Promise<Assembly> {
    const { pipelines } = this.#plan
    const exporters = this.#exporters() // Before any queue is opened: what they refuse touches none.
    for (const pipeline of pipelines) if (exporters.some(isIn(pipeline.to))) await this.#openQueue(pipeline)
    const destinations = exporters.map((exporter) => this.#destination(exporter))
    const intakes = new Map(pipelines.map((pipeline) => [pipeline, this.#intake(pipeline)]))
    return {
      stores: this.#stores,
      writers: [...this.#writers.values()],
      queues: this.queues,
      destinations,
      queueAlarms: await startQueueAlarms({
        agent: this.#plan.self.agent,
        queues: this.queues,
        destinations,
        intakes,
        ...this.#supervision,
        memory: this.#parts.queueAlarmMemory,
        abandonedQueues: this.#parts.abandonedQueues,
      }),
      ticks: [...intakes.values()].map((intake) => () => intake.tick()),
      sources: [...this.#receivers(intakes), ...this.#collectors(intakes)],
      owned: this.owned,
    }
  }

  /** Those that a pipeline ends in. */
  #exporters(): readonly UsedExporter[] {
    const { exporters, pipelines } = this.#plan
    return exporters
      .filter(({ name }) => pipelines.some(({ to }) => to.includes(name)))
      .map((instance) => {
        const exporter = this.#supervised(instance)
        checkRetention(instance, exporter.current)
        return { name: instance.name, settings: instance.settings, exporter }
      })
  }

  async #openQueue(pipeline: PipelinePlan): Promise<void> {
    const queue = await this.#parts.makeQueue(this.#source(pipeline.name), pipeline)
    const inlet = new QueueInlet(queue, this.#supervision)
    this.queues.push({ pipeline, queue, inlet, readers: new Map() })
  }

  #destination({ name, settings, exporter }: UsedExporter): Destination {
    const destination = new Destination(exporter, settings, this.#supervision)
    for (const { pipeline, queue, readers } of this.queues) {
      if (!pipeline.to.includes(name)) continue
      const reader = queue.reader(name, readerOptions(settings))
      readers.set(name, reader)
      destination.attach(reader)
    }
    return destination
  }

  #intake(pipeline: PipelinePlan): Intake {
    const processors = pipeline.through
      .flatMap((name) => this.#plan.processors.filter((instance) => instance.name === name))
      .map((instance) => ({ ticksHere: !this.#processors.has(instance.name), processor: this.#processor(instance) }))
    const complete = this.#completion(this.#plan.self)
    const stores = pipeline.to.flatMap((name) => this.#writers.get(name) ?? [])
    const { metrics } = this.#parts
    const { acknowledge } = pipeline
    const queue = this.queues.find(({ pipeline: { name } }) => name === pipeline.name)?.inlet
    const isQueuePromised = acknowledge === 'disk' || (acknowledge === 'stored' && pipeline.queue.whenFull === 'wait')
    return new Intake(
      new Processing(processors, complete, metrics),
      { stores, queue, acknowledge, isQueuePromised },
      new Numbering(this.#source(`added/${pipeline.name}`)),
      metrics,
    )
  }

  /** One for all pipelines that name it: what it knows, it knows of everything that passes. */
  #processor(instance: Instance<'processor'>): Supervised<Processor> {
    const made = this.#processors.get(instance.name) ?? this.#supervised<Processor>(instance)
    this.#processors.set(instance.name, made)
    return made
  }

  #receivers(intakes: ReadonlyMap<PipelinePlan, Intake>): Assembly['sources'] {
    return this.#plan.receivers.flatMap((instance) => {
      const fed = fedBy(instance.name, intakes)
      if (fed.length === 0) return []
      const receiver = this.#supervised(instance, this.#storedBehind(instance.name))
      const accept = entrance({
        name: instance.name,
        source: this.#source(`receiver/${instance.name}`),
        intakes: fed,
        complete: this.#completion(this.#plan.self),
        meter: this.#parts.metrics,
      })
      return (signal: AbortSignal) => runReceiver(receiver, accept, this.#parts.clock, signal)
    })
  }

  /** What senders to a receiver need not repeat: what every store behind it has, and nothing where a pipeline has no store. */
  #storedBehind(receiver: string): StoreReader['storedRanges'] {
    const outlets = this.#plan.pipelines
      .filter(({ from }) => from.includes(receiver))
      .map(({ to }) => to.flatMap((name) => this.#stores.get(name) ?? []))
    return storedEverywhere(outlets.every((stores) => stores.length > 0) ? [...new Set(outlets.flat())] : [])
  }

  #collectors(intakes: ReadonlyMap<PipelinePlan, Intake>): Assembly['sources'] {
    const { self } = this.#plan
    return this.#plan.collectors.flatMap((instance) => {
      const fed = fedBy(instance.name, intakes)
      if (fed.length === 0) return []
      const { settings, name } = instance
      const collector = this.#supervised(instance)
      const accept = entrance({
        name,
        source: this.#source(`collector/${name}`),
        intakes: fed,
        complete: this.#completion({ ...self, ...(settings.node !== undefined && { node: settings.node }) }),
        meter: this.#parts.metrics,
      })
      return (signal: AbortSignal) => runCollector(collector, settings, self.agent, accept, this.#supervision, signal)
    })
  }

  #completion(origin: Plan['self']): (item: Telemetry) => TelemetryRecord {
    const { clock } = this.#parts
    return (item) => stamp(item, origin, clock.now())
  }

  #source(stream: string): Source {
    return { agent: this.#plan.self.agent, stream, epoch: this.#parts.epoch }
  }

  #supervised<T extends object>(
    instance: { readonly name: string; readonly plugin: Creates<T>; readonly config: unknown },
    storedRanges: StoreReader['storedRanges'] = async () => [],
  ) {
    const store: Store | undefined = this.#stores.values().next().value
    const host = fullHost(hostOf(instance, this.#plan, this.#parts), this.#parts.lent, { store, storedRanges })
    const made = new Supervised<T>(
      instance.name,
      () => instance.plugin.create(instance.config, host as never),
      this.#supervision,
    )
    this.owned.push(made)
    return made
  }
}

interface UsedExporter {
  readonly name: string
  readonly settings: ExporterSettings
  readonly exporter: Supervised<Exporter>
}

interface Creates<T> {
  readonly name: string
  create(config: unknown, host: never): T
}

function fedBy(name: string, intakes: ReadonlyMap<PipelinePlan, Intake>): readonly Intake[] {
  return [...intakes].filter(([{ from }]) => from.includes(name)).map(([, intake]) => intake)
}

function supervisionParts({ clock, logger, metrics }: PipelineParts): SupervisionParts {
  return { clock, logger, meter: metrics }
}

function hostOf(
  { name, plugin }: { readonly name: string; readonly plugin: { readonly name: string; readonly kind?: Kind } },
  plan: Plan,
  { clock, logger, metrics }: PipelineParts,
): Host {
  const named = (fields?: Readonly<Record<string, unknown>>) => ({ plugin: name, ...fields })
  return {
    clock,
    self: plan.self,
    logger: {
      debug: (message, fields) => logger.debug(message, named(fields)),
      info: (message, fields) => logger.info(message, named(fields)),
      warn: (message, fields) => logger.warn(message, named(fields)),
      error: (message, fields) => logger.error(message, named(fields)),
    },
    meter: pluginMeter(metrics, plugin.name, name),
  }
}

function isIn(names: readonly string[]): (instance: { readonly name: string }) => boolean {
  return ({ name }) => names.includes(name)
}
