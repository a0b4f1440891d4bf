import { randomUUID } from 'node:crypto'
import {
  type DrainOutcome,
  jsonLogger,
  MetricRegistry,
  type Plan,
  queueFolders,
  startPipelines,
  systemClock,
} from '@headwatch/pipeline'
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
  /** Stops reading, sends what is held within `drainMs`, and ends. What is on disk by then waits there. Safe to call twice. */
  stop(): Promise<DrainOutcome>
}

/**
 * Starts every collector and exporter of the plan in this process.
 *
 * @throws {RejectedError} one sentence when a queue cannot be opened. Nothing runs then.
 */
export async function startAgent({
  plan,
  settings,
  logger = jsonLogger(settings.logLevel, 'agent'),
}: AgentOptions): Promise<RunningAgent> {
  const metrics = new MetricRegistry()
  const clock = systemClock
  const pipelines = await startPipelines(plan, {
    clock,
    logger,
    metrics,
    lent: {},
    epoch: randomUUID(),
    ...queueFolders(settings.folder, 'program.folder', { clock, logger, meter: metrics }),
  })
  const stop = () => pipelines.drain(settings.drainMs)
  return { metrics, stop, problems: () => pipelines.problems(), [Symbol.asyncDispose]: async () => void (await stop()) }
}
