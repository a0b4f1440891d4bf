import { registerHooks } from 'node:module'
import { join, resolve } from 'node:path'
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
 * The plugins that the npm package `name`, installed in `folder` or above it, exports by name. A path such as
 * `./my-plugin.js` is taken from `folder`.
 *
 * @throws {Error} one sentence: not installed, broken, or no plugin in it.
 */
export async function loadPackage(name: string, folder: string): Promise<readonly PluginSource[]> {
  const module = resolveFrom(name, resolve(folder))
  const plugins = pluginsIn(await importModule(module, name))
  if (plugins.length === 0) throw new Error(`the package "${name}" exports no Headwatch plugin`)
  return plugins.map(([exported, plugin]) => {
    locations.set(plugin, { module, exported })
    return { kind: plugin.kind, name: plugin.name, load: async () => plugin }
  })
}

/** Every plugin a module exports by name, with that name. One exported twice counts once. */
export function pluginsIn(exports: Readonly<Record<string, unknown>>): readonly [string, Plugin][] {
  const plugins = Object.entries(exports).filter((entry): entry is [string, Plugin] => isPlugin(entry[1]))
  return plugins.filter(([, plugin], index) => plugins.findIndex(([, other]) => other === plugin) === index)
}

/** The address Node would import for `name` in a module that stands in `folder`. */
function resolveFrom(name: string, folder: string): string {
  const parentURL = pathToFileURL(join(folder, 'headwatch.yaml')).href
  const marked = `headwatch-plugin:${name}`
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === marked ? next(name, { ...context, parentURL }) : next(specifier, context),
  })
  try {
    return import.meta.resolve(marked)
  } catch (cause) {
    throw new Error(whyUnresolved(name, folder, cause), { cause })
  } finally {
    hooks.deregister()
  }
}

function whyUnresolved(name: string, folder: string, cause: unknown): string {
  const code = (cause as NodeJS.ErrnoException).code
  if (code === 'ERR_MODULE_NOT_FOUND')
    return `the package "${name}" is not installed beside the configuration; run "npm install ${name}" in ${folder}`
  return `the package "${name}" cannot be found: ${cause instanceof Error ? cause.message : String(cause)}`
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
