import type { Source, Telemetry, TelemetryRecord } from '@headwatch/protocol'
import type { Clock, Host, Logger, Store } from '@headwatch/sdk'
import { Destination } from './delivery/destination.ts'
import { runCollector } from './intake/collector-runner.ts'
import { Intake } from './intake/intake.ts'
import { Processing } from './intake/processing.ts'
import { runReceiver } from './intake/receiver-runner.ts'
import { stamp } from './intake/stamp.ts'
import { fullHost, type Lent } from './lent.ts'
import type { PipelinePlan, Plan } from './plan.ts'
import type { Queue } from './queue/queue.ts'
import { RunningPipelines } from './running-pipelines.ts'
import type { MetricRegistry } from './self-metrics/metric-registry.ts'
import { StoreWriter } from './storing/store-writer.ts'
import { Supervised } from './supervision/supervised.ts'

export interface PipelineParts {
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: MetricRegistry
  readonly lent: Lent
  /** A random text, new at every start: numbers given by this program belong to it. */
  readonly epoch: string
  /** Makes the queue in front of a pipeline's exporters. */
  readonly makeQueue: (source: Source, pipeline: PipelinePlan) => Queue
}

const storeWriterOptions = { appendRecords: 5_000, maxRecords: 100_000 }

/**
 * Starts everything in `plan`: stores first, then exporters, processors, receivers and collectors.
 *
 * @throws what `open` of a store threw: nothing runs then, and what was open is closed again.
 */
export async function startPipelines(plan: Plan, parts: PipelineParts): Promise<RunningPipelines> {
  const stores = await openStores(plan, parts)
  const running = new RunningPipelines(parts, stores)
  for (const pipeline of plan.pipelines) startPipeline(pipeline, plan, parts, running)
  return running
}

async function openStores(plan: Plan, parts: PipelineParts): Promise<ReadonlyMap<string, Store>> {
  const stores = new Map<string, Store>()
  try {
    for (const { name, plugin, config } of plan.stores) {
      const store = plugin.create(config, hostOf(name, plan, parts))
      stores.set(name, store)
      await store.open(AbortSignal.timeout(60_000))
    }
    return stores
  } catch (error) {
    for (const store of stores.values()) await Promise.resolve(store[Symbol.asyncDispose]()).catch(() => undefined)
    throw error
  }
}

function startPipeline(pipeline: PipelinePlan, plan: Plan, parts: PipelineParts, running: RunningPipelines): void {
  const { clock, metrics } = parts
  const make = maker(plan, parts, running)
  const sourceOf = (stream: string): Source => ({ agent: plan.self.agent, stream, epoch: parts.epoch })
  const complete = (item: Telemetry): TelemetryRecord => stamp(item, plan.self, clock.now())

  const writers = plan.stores
    .filter(isIn(pipeline.to))
    .map(({ name }) => running.writer(name, (store) => new StoreWriter(name, store, storeWriterOptions, make.parts)))
  const exporters = plan.exporters.filter(isIn(pipeline.to))
  const queue = exporters.length > 0 ? parts.makeQueue(sourceOf(pipeline.name), pipeline) : undefined
  if (queue !== undefined) running.addQueue(queue)
  for (const instance of exporters) {
    if (queue === undefined) break
    const supervised = make.supervised(instance)
    running.addDestination(new Destination(queue.reader(instance.name), supervised, instance.settings, make.parts))
  }

  const processors = pipeline.through
    .flatMap((name) => plan.processors.filter((instance) => instance.name === name))
    .map(make.supervised)
  const processing = new Processing(processors, complete, metrics)
  const outlets = { stores: writers, queue, acknowledge: pipeline.acknowledge }
  const intake = new Intake(processing, outlets, sourceOf(`${pipeline.name}/added`), metrics)
  if (processors.length > 0) running.addTick(() => intake.tick())

  for (const instance of plan.receivers.filter(isIn(pipeline.from))) {
    const accept = intake.acceptFor(sourceOf(instance.name), complete)
    running.addSource((signal) => runReceiver(make.supervised(instance), accept, signal))
  }
  for (const instance of plan.collectors.filter(isIn(pipeline.from))) {
    const { node } = instance.settings
    const origin = node === undefined ? plan.self : { ...plan.self, node }
    const accept = intake.acceptFor(sourceOf(instance.name), (item) => stamp(item, origin, clock.now()))
    running.addSource((signal) =>
      runCollector(make.supervised(instance), instance.settings, accept, make.parts, signal),
    )
  }
}

/** Makes supervised instances that are lent what this program has. */
function maker(plan: Plan, parts: PipelineParts, running: RunningPipelines) {
  const supervisionParts = { clock: parts.clock, logger: parts.logger, meter: parts.metrics }
  const supervised = <T extends object>({
    name,
    plugin,
    config,
  }: {
    name: string
    plugin: { create(config: unknown, host: never): T }
    config: unknown
  }) => {
    const host = fullHost(hostOf(name, plan, parts), parts.lent, running.firstStore)
    const made = new Supervised<T>(name, () => plugin.create(config, host as never), supervisionParts)
    running.own(made)
    return made
  }
  return { parts: supervisionParts, supervised }
}

function hostOf(name: string, plan: Plan, { clock, logger, metrics }: PipelineParts): Host {
  const labelled = (labels?: Readonly<Record<string, string>>) => ({ ...labels, plugin: name })
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
    meter: {
      count: (metric, by, labels) => metrics.count(metric, by, labelled(labels)),
      set: (metric, value, labels) => metrics.set(metric, value, labelled(labels)),
    },
  }
}

function isIn(names: readonly string[]): (instance: { readonly name: string }) => boolean {
  return ({ name }) => names.includes(name)
}
