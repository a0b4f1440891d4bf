import { PluginCatalog } from '@headwatch/pipeline'
import type { Carrier } from '@headwatch/plugins/native'
import type { Plugin } from '@headwatch/sdk'

/** What an agent can be configured with without installing anything. Each is loaded when it is named: an agent stays small. `carrier` leads to a server in the same program. */
export function agentPlugins(carrier?: Carrier): PluginCatalog {
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
    {
      kind: 'exporter',
      name: 'native',
      load: async () => (await import('@headwatch/plugins/native')).nativePlugins(carrier).exporter as Plugin,
    },
  ])
}
