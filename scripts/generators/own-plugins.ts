import { globSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { pluginsIn } from '@headwatch/pipeline/describe'
import type { Plugin } from '@headwatch/sdk'
/** One folder of `packages/plugins/src` and what it brings, in the order of kind and name. */
export interface PluginFolder {
  readonly path: string
  readonly name: string
  readonly plugins: readonly Plugin[]
}

/** Every folder with a front door. */
export async function ownPlugins(): Promise<readonly PluginFolder[]> {
  const doors = globSync('packages/plugins/src/*/index.ts').sort()
  return Promise.all(
    doors.map(async (door) => {
      const exports = (await import(pathToFileURL(door).href)) as Record<string, unknown>
      const plugins = pluginsIn(exports).map(([, plugin]) => plugin)
      const path = dirname(door)
      return { path, name: basename(path), plugins: plugins.sort(byKindAndName) }
    }),
  )
}

const kinds = ['collector', 'receiver', 'processor', 'exporter', 'store']

function byKindAndName(a: Plugin, b: Plugin): number {
  return kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || a.name.localeCompare(b.name)
}
