import { PluginCatalog } from '@headwatch/pipeline'
import type { Carrier } from '@headwatch/plugins/native'
import type { Plugin } from '@headwatch/sdk'

/** What a server can be configured with without installing anything. Each is loaded when it is named. `carrier` brings agents of the same program. */
export function serverPlugins(carrier?: Carrier): PluginCatalog {
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
      kind: 'receiver',
      name: 'native',
      load: async () => (await import('@headwatch/plugins/native')).nativePlugins(carrier).receiver as Plugin,
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
      kind: 'exporter',
      name: 'native',
      load: async () => (await import('@headwatch/plugins/native')).nativePlugins(carrier).exporter as Plugin,
    },
    {
      kind: 'store',
      name: 'sqlite',
      load: async () => (await import('@headwatch/plugins/sqlite')).sqliteStore as Plugin,
    },
  ])
}
