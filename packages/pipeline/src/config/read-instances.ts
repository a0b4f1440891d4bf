import type { Kind, Plugin } from '@headwatch/sdk'
import { z } from 'zod'
import { locationOf } from '../loader/load-package.ts'
import { intoWorker } from '../loader/worker/into-worker.ts'
import type { Instance } from '../plan.ts'
import { collectorSettings, exporterSettings } from '../settings.ts'
import type { ConfigProblem } from './config-problem.ts'
import { nearestName } from './nearest-name.ts'
import type { PluginCatalog } from './plugin-catalog.ts'
import { readSection } from './read-section.ts'
import type { YamlSource } from './yaml-source.ts'

/** Where an instance runs: in the program, or in a worker thread of its own that cannot take the program with it. */
export const placement = z
  .enum(['process', 'worker'])
  .describe('Where the plugin runs: in the program, or in a thread of its own.')

const everyKind = z.object({ runIn: placement.default('process') })

/** The keys the host reads itself, by kind; everything else in an instance's section is the plugin's. */
export const hostSettings = {
  collector: collectorSettings.extend(everyKind.shape),
  receiver: everyKind,
  processor: everyKind,
  exporter: exporterSettings.extend(everyKind.shape),
  store: everyKind,
} as const satisfies Record<Kind, z.ZodObject>

export interface InstanceReading {
  readonly source: YamlSource
  readonly catalog: PluginCatalog
  readonly problems: ConfigProblem[]
}

/** The instances of one kind: `{ ethereum: {…}, 'ethereum/second': {…} }`. Problems are added to the reading. */
export async function readInstances<K extends Kind>(
  kind: K,
  section: string,
  value: unknown,
  reading: InstanceReading,
): Promise<readonly Instance<K>[]> {
  if (value === undefined || value === null) return []
  if (typeof value !== 'object' || Array.isArray(value)) {
    reading.problems.push(reading.source.problem([section], 'must be a map: the name of a plugin, then its keys'))
    return []
  }
  const instances = await Promise.all(
    Object.entries(value).map(([name, keys]) => readInstance(kind, [section, name], keys, reading)),
  )
  return instances.filter((instance) => instance !== undefined)
}

async function readInstance<K extends Kind>(
  kind: K,
  path: readonly [string, string],
  value: unknown,
  reading: InstanceReading,
): Promise<Instance<K> | undefined> {
  const [, name] = path
  const { catalog, source, problems } = reading
  const pluginName = name.split('/', 1)[0] ?? ''
  const plugin = await catalog.load(kind, pluginName)
  if (plugin === undefined) {
    problems.push(source.problem(path, noSuchPlugin(kind, pluginName, catalog)))
    return undefined
  }
  const { own, theirs } = divide(value, hostSettings[kind])
  const settings = await readSection<object>(hostSettings[kind], own, path, source)
  const config = await readSection(plugin.config, theirs, path, source)
  if (!settings.ok || !config.ok) {
    for (const part of [settings, config]) if (!part.ok) problems.push(...part.problems)
    return undefined
  }
  const { runIn, ...rest } = settings.value
  const placed = runIn === 'worker' ? placedInWorker(plugin, theirs) : plugin
  if (placed === undefined) {
    problems.push(source.problem([...path, 'runIn'], onlyInProcess(kind, pluginName)))
    return undefined
  }
  return { name, plugin: placed, config: config.value, settings: rest } as unknown as Instance<K>
}

/** Undefined for a plugin that no worker can load by itself: one that came with the program. */
function placedInWorker(plugin: Plugin, config: unknown): Plugin | undefined {
  const location = locationOf(plugin)
  return location && intoWorker(plugin, location, config ?? {})
}

function onlyInProcess(kind: Kind, name: string): string {
  return `the ${kind} "${name}" comes with the program and runs in it; a worker is for plugins of packages named under "plugins"`
}

/** Host-side keys apart from the plugin's own. */
function divide(value: unknown, settings: z.ZodObject): { readonly own: unknown; readonly theirs: unknown } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { own: {}, theirs: value }
  const isOwn = ([key]: [string, unknown]) => Object.hasOwn(settings.shape, key)
  const entries = Object.entries(value)
  return {
    own: Object.fromEntries(entries.filter(isOwn)),
    theirs: Object.fromEntries(entries.filter((entry) => !isOwn(entry))),
  }
}

function noSuchPlugin(kind: Kind, name: string, catalog: PluginCatalog): string {
  const names = catalog.names(kind)
  const near = nearestName(name, names)
  if (near !== undefined) return `is no ${kind} that is known; did you mean "${near}"?`
  return `is no ${kind} that is known; there are ${names.join(', ') || 'none'}. Plugins of others are named under "plugins"`
}
