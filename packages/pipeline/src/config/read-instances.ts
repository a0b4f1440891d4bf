import type { Kind, Plugin } from '@headwatch/sdk'
import type { z } from 'zod'
import { locationOf } from '../loader/load-package.ts'
import { intoWorker } from '../loader/worker/into-worker.ts'
import type { Instance } from '../plan.ts'
import { canAcknowledge } from './can-acknowledge.ts'
import type { ConfigProblem } from './config-problem.ts'
import { hostSettings } from './host-settings.ts'
import { nearestName } from './nearest-name.ts'
import type { PluginCatalog } from './plugin-catalog.ts'
import { readSection } from './read-section.ts'
import { jsonSchemaOf } from './schema-shape.ts'
import type { YamlSource } from './yaml-source.ts'

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
  problems.push(...contestedKeys(plugin, path, source))
  const { own, theirs } = divide(value, hostSettings[kind])
  const settings = await readSection<object>(hostSettings[kind], own, path, source)
  const config = await readSection(plugin.config, theirs, path, source)
  if (!settings.ok || !config.ok) {
    for (const part of [settings, config]) if (!part.ok) problems.push(...part.problems)
    return undefined
  }
  const { runIn, ...rest } = settings.value as HostKeys
  const broken = await brokenSettings(plugin, config.value, settings.value as HostKeys, path, source)
  problems.push(...broken)
  if (broken.length > 0) return undefined
  const placed = runIn === 'worker' ? placedInWorker(plugin, theirs) : plugin
  return { name, plugin: placed, config: config.value, settings: rest } as unknown as Instance<K>
}

/** What the host's keys of every kind may be. */
interface HostKeys {
  readonly runIn: 'process' | 'worker'
  readonly retention?: 'sent' | 'acked' | 'wrap'
}

/** Settings that are fine by themselves and not with this plugin. */
async function brokenSettings(
  plugin: Plugin,
  config: unknown,
  { runIn, retention }: HostKeys,
  path: readonly string[],
  source: YamlSource,
): Promise<readonly ConfigProblem[]> {
  if (runIn === 'worker' && locationOf(plugin) === undefined)
    return [source.problem([...path, 'runIn'], onlyInProcess(plugin))]
  if (retention === 'acked' && !(await canAcknowledge(plugin as Plugin<'exporter'>, config)))
    return [source.problem([...path, 'retention'], cannotAcknowledge(plugin))]
  return []
}

function placedInWorker(plugin: Plugin, config: unknown): Plugin {
  const location = locationOf(plugin)
  return location === undefined ? plugin : intoWorker(plugin, location, config ?? {})
}

/** A key that both the host and the plugin call their own would never reach the plugin. */
function contestedKeys(plugin: Plugin, path: readonly string[], source: YamlSource): readonly ConfigProblem[] {
  const theirs = Object.keys(jsonSchemaOf(plugin.config)?.properties ?? {})
  return theirs
    .filter((key) => Object.hasOwn(hostSettings[plugin.kind].shape, key))
    .map((key) => source.problem(path, `its plugin has a key "${key}", which in every ${plugin.kind} is the host's`))
}

function cannotAcknowledge({ name }: Plugin): string {
  return `the exporter "${name}" is never told that the other side owns the data, so nothing can be kept until it is "acked"; say "sent" or "wrap"`
}

/** What came with the program has no file of its own that a worker could load. */
function onlyInProcess({ kind, name }: Plugin): string {
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
