import { PluginCatalog } from '@headwatch/pipeline'
import type { Plugin } from '@headwatch/sdk'

/** What a server can be configured with without installing anything. Each is loaded when it is named. */
export function serverPlugins(): PluginCatalog {
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
      kind: 'receiver',
      name: 'ethstats',
      load: async () => (await import('@headwatch/plugins/ethstats')).ethstatsReceiver as Plugin,
    },
    {
      kind: 'processor',
      name: 'node_silence',
      load: async () => (await import('@headwatch/plugins/alarms')).nodeSilence as Plugin,
    },
    {
      kind: 'exporter',
      name: 'ethstats',
      load: async () => (await import('@headwatch/plugins/ethstats')).ethstatsExporter as Plugin,
    },
    {
      kind: 'store',
      name: 'sqlite',
      load: async () => (await import('@headwatch/plugins/sqlite')).sqliteStore as Plugin,
    },
  ])
}
