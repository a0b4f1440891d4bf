import { queueFolders, type RunningPipelines, startPipelines, systemClock } from '@headwatch/pipeline'
import { MetricRegistry, type Plan } from '@headwatch/pipeline'
import { hostSettings, pipelineSection } from '@headwatch/pipeline/describe'
import type { Telemetry } from '@headwatch/protocol'
import { type Accept, defineReceiver, type Logger } from '@headwatch/sdk'
import { asWritten } from './as-written.ts'
import type { Outlet } from './outlets.ts'

export interface SenderOptions {
  readonly folder: string
  /** Destinations by name. */
  readonly outlets: Readonly<Record<string, Outlet>>
  /** Host-side keys of every exporter, as in a configuration. */
  readonly settings?: object
  readonly queue?: object
  readonly pipeline?: string
}

/** A program that sends what the test gives it, by way of a queue on disk. */
export interface Sender {
  readonly running: RunningPipelines
  readonly metrics: MetricRegistry
  /** Resolves once it is in the queue. */
  send(...messages: readonly string[]): Promise<void>
}

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/** @throws what `startPipelines` throws. */
export async function startSender(options: SenderOptions): Promise<Sender> {
  const { folder, outlets, settings = {}, queue = {}, pipeline = 'main' } = options
  const { promise: accept, resolve } = Promise.withResolvers<Accept>()
  const receiver = defineReceiver({
    name: 'in_hand',
    summary: 'For tests.',
    stability: 'experimental',
    config: asWritten(),
    create: () => ({
      listen: (given, signal) => {
        resolve(given)
        return new Promise((ended) => signal.addEventListener('abort', () => ended()))
      },
    }),
  })
  const { runIn: _place, ...retry } = hostSettings.exporter.parse({ retryFirstMs: 20, retryMaxMs: 100, ...settings })
  const names = Object.keys(outlets)
  const plan: Plan = {
    self: { agent: 'sender', node: 'sender' },
    collectors: [],
    receivers: [{ name: 'in_hand', plugin: receiver as never, config: {}, settings: {} }],
    processors: [],
    exporters: Object.entries(outlets).map(([name, { plugin, config }]) => ({ name, plugin, config, settings: retry })),
    stores: [],
    pipelines: [
      { name: pipeline, ...pipelineSection.parse({ from: ['in_hand'], to: names, acknowledge: 'disk', queue }) },
    ],
  }
  const metrics = new MetricRegistry()
  const parts = { clock: systemClock, logger: quiet }
  const running = await startPipelines(plan, {
    ...parts,
    metrics,
    lent: {},
    epoch: crypto.randomUUID(),
    ...queueFolders(folder, 'program.folder', { ...parts, meter: metrics }),
  })
  const take = await accept
  const send = (...messages: readonly string[]) => take(messages.map(entryOf))
  return { running, metrics, send }
}

function entryOf(message: string): Telemetry {
  return { type: 'log', severity: 6, application: 'test', message }
}
