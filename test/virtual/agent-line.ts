import {
  MetricRegistry,
  PluginCatalog,
  type Queue,
  type RunningPipelines,
  readConfig,
  startPipelines,
} from '@headwatch/pipeline'
import type { Source, Telemetry } from '@headwatch/protocol'
import { type Accept, type Clock, defineExporter, defineReceiver, type Exporter, type Plugin } from '@headwatch/sdk'
import { fakeLogger } from '@headwatch/sdk/testkit'
import { noSettings } from './no-settings.ts'

export interface AgentLineOptions {
  readonly clock: Clock
  readonly makeQueue: (source: Source) => Queue | Promise<Queue>
  /** By name, what each destination does. */
  readonly exporters: Readonly<Record<string, () => Exporter>>
  /** Host-side keys of every exporter. */
  readonly settings?: Readonly<Record<string, unknown>>
}

/** A whole pipeline of an agent, on a clock of its own, that a test hands records to. */
export interface AgentLine {
  readonly pipelines: RunningPipelines
  readonly metrics: MetricRegistry
  /** Resolves when the queue has them at its own level. */
  accept(items: readonly Telemetry[]): Promise<void>
}

export async function startAgentLine({ clock, makeQueue, exporters, settings }: AgentLineOptions): Promise<AgentLine> {
  const { promise: listening, resolve: listens } = Promise.withResolvers<Accept>()
  const hand = defineReceiver({
    name: 'hand',
    summary: 'Takes what the test hands over.',
    stability: 'stable',
    config: noSettings,
    create: () => ({
      async listen(accept, signal) {
        listens(accept)
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      },
    }),
  })
  const destinations = Object.entries(exporters).map(([name, create]) => exporterOf(name, create))
  const catalog = new PluginCatalog([
    { kind: 'receiver', name: 'hand', load: async () => hand as Plugin },
    ...destinations.map((plugin) => ({
      kind: 'exporter' as const,
      name: plugin.name,
      load: async () => plugin as Plugin,
    })),
  ])
  const names = Object.keys(exporters)
  const text = JSON.stringify({
    self: { agent: 'a' },
    receivers: { hand: {} },
    exporters: Object.fromEntries(names.map((name) => [name, settings ?? {}])),
    pipelines: { main: { from: ['hand'], to: names, queue: { records: 10_000_000, bytes: 4e9 } } },
  })
  const read = { file: 'line', text, environment: {}, catalog, loadPackage: async () => [], sections: {} }
  const metrics = new MetricRegistry()
  const { plan } = await readConfig(read)
  const parts = { clock, metrics, logger: fakeLogger(), lent: {}, epoch: 'line', makeQueue }
  const pipelines = await startPipelines(plan, parts)
  const accept = await listening
  return { pipelines, metrics, accept: (items) => accept(items) }
}

function exporterOf(name: string, create: () => Exporter): Plugin<'exporter', object> {
  return defineExporter({ name, summary: name, stability: 'stable', config: noSettings, create })
}
