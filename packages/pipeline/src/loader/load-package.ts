import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Kind, Plugin } from '@headwatch/sdk'
import type { PluginSource } from '../config/plugin-catalog.ts'

const kinds: ReadonlySet<unknown> = new Set<Kind>(['collector', 'receiver', 'processor', 'exporter', 'store'])

/** Where a plugin's code is, so that a worker can load it by itself. */
export interface PluginLocation {
  /** `file:` address of the module. */
  readonly module: string
  /** Name of the export. */
  readonly exported: string
}

const locations = new WeakMap<Plugin, PluginLocation>()

/** Where `plugin` was loaded from; undefined for one that came as a value. */
export function locationOf(plugin: Plugin): PluginLocation | undefined {
  return locations.get(plugin)
}

/**
 * The plugins that the npm package `name`, installed in `folder` or above it, exports by name.
 *
 * @throws {Error} one sentence: not installed, broken, or no plugin in it.
 */
export async function loadPackage(name: string, folder: string): Promise<readonly PluginSource[]> {
  const module = resolveFrom(name, folder)
  const exports = await importModule(module, name)
  const plugins = Object.entries(exports).filter((entry): entry is [string, Plugin] => isPlugin(entry[1]))
  if (plugins.length === 0) throw new Error(`the package "${name}" exports no Headwatch plugin`)
  return plugins.map(([exported, plugin]) => {
    locations.set(plugin, { module, exported })
    return { kind: plugin.kind, name: plugin.name, load: async () => plugin }
  })
}

function resolveFrom(name: string, folder: string): string {
  const require = createRequire(join(folder, 'headwatch.yaml'))
  try {
    return pathToFileURL(require.resolve(name, { conditions: new Set(['node', 'import', 'default']) } as never)).href
  } catch {
    throw new Error(
      `the package "${name}" is not installed beside the configuration; run "npm install ${name}" in ${folder}`,
    )
  }
}

async function importModule(module: string, name: string): Promise<Record<string, unknown>> {
  try {
    return (await import(module)) as Record<string, unknown>
  } catch (error) {
    throw new Error(`the package "${name}" cannot be loaded: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** Whether a value looks like what `defineCollector` and its sisters return, from whatever copy of the SDK. */
function isPlugin(value: unknown): value is Plugin {
  if (typeof value !== 'object' || value === null) return false
  const { kind, name, config, create } = value as Record<string, unknown>
  const hasSchema = typeof config === 'object' && config !== null && '~standard' in config
  return kinds.has(kind) && typeof name === 'string' && hasSchema && typeof create === 'function'
}
