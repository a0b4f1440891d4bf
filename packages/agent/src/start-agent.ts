import { randomUUID } from 'node:crypto'
import { jsonLogger, MemoryQueue, MetricRegistry, type Plan, startPipelines, systemClock } from '@headwatch/pipeline'
import type { Logger } from '@headwatch/sdk'
import type { ProgramSettings } from './settings.ts'

export interface AgentOptions {
  readonly plan: Plan
  readonly settings: ProgramSettings
  /** Standard error, as JSON lines, when absent. */
  readonly logger?: Logger
}

/** An agent at work. */
export interface RunningAgent extends AsyncDisposable {
  readonly metrics: MetricRegistry
  /** Sentences on what does not work; empty when everything does. */
  problems(): readonly string[]
  /** Stops reading, sends what is held within `drainMs`, and ends. Safe to call twice. */
  stop(): Promise<{ readonly lostRecords: number }>
}

/** Starts every collector and exporter of the plan in this process. */
export async function startAgent({
  plan,
  settings,
  logger = jsonLogger(settings.logLevel, 'agent'),
}: AgentOptions): Promise<RunningAgent> {
  const metrics = new MetricRegistry()
  const pipelines = await startPipelines(plan, {
    logger,
    metrics,
    clock: systemClock,
    lent: {},
    epoch: randomUUID(),
    makeQueue: (source, { queue }) => new MemoryQueue(source, { limits: queue, whenFull: queue.whenFull }),
  })
  const stop = () => pipelines.drain(settings.drainMs)
  return { metrics, stop, problems: () => pipelines.problems(), [Symbol.asyncDispose]: async () => void (await stop()) }
}
