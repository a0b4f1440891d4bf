import { PluginCatalog, type PluginSource } from '@headwatch/pipeline'
import type { Plugin } from '@headwatch/sdk'

/** What an agent can be configured with without installing anything. Each is loaded when it is named: an agent stays small. */
export function agentPlugins(further: readonly PluginSource[] = []): PluginCatalog {
  return new PluginCatalog([
    {
      kind: 'collector',
      name: 'ethereum',
      load: async () => (await import('@headwatch/plugins/ethereum')).ethereumCollector as Plugin,
    },
    {
      kind: 'collector',
      name: 'host',
      load: async () => (await import('@headwatch/plugins/host')).hostCollector as Plugin,
    },
    {
      kind: 'exporter',
      name: 'ethstats',
      load: async () => (await import('@headwatch/plugins/ethstats')).ethstatsExporter as Plugin,
    },
    ...further,
  ])
}
