import { hostname } from 'node:os'
import type { Schema } from '@headwatch/sdk'
import { z } from 'zod'
import type { Plan } from '../plan.ts'
import { ConfigError, type ConfigProblem } from './config-problem.ts'
import type { PluginCatalog, PluginSource } from './plugin-catalog.ts'
import { type InstanceReading, readInstances } from './read-instances.ts'
import { readPipelines } from './read-pipelines.ts'
import { readSection, refuseKeys } from './read-section.ts'
import { YamlSource } from './yaml-source.ts'

/** Who this program is. */
export const selfSection = z.object({
  agent: z.string().min(1).max(256).default(hostname()).describe('Name of this agent; the host’s name when absent.'),
  node: z.string().min(1).max(256).optional().describe('Name of the node beside it; the agent’s when absent.'),
})

const ownSections = [
  'self',
  'plugins',
  'collectors',
  'receivers',
  'processors',
  'exporters',
  'stores',
  'pipelines',
] as const

export interface ConfigReading<S extends Record<string, Schema<unknown>>> {
  /** Shown in problems. */
  readonly file: string
  readonly text: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly catalog: PluginCatalog
  /** Loads the plugins of an npm package. @throws with a sentence when there are none. */
  readonly loadPackage: (name: string) => Promise<readonly PluginSource[]>
  /** Sections beside the pipeline's own, such as `server`. */
  readonly sections: S
}

export interface ReadConfig<S extends Record<string, Schema<unknown>>> {
  readonly plan: Plan
  readonly sections: { readonly [K in keyof S]: S[K] extends Schema<infer T> ? T : never }
}

/** Reads a configuration. @throws {ConfigError} with every problem there is, each with its line. */
export async function readConfig<S extends Record<string, Schema<unknown>>>(
  reading: ConfigReading<S>,
): Promise<ReadConfig<S>> {
  const source = new YamlSource(reading.file, reading.text, reading.environment)
  if (source.problems.length > 0) throw new ConfigError(source.problems)
  const { value } = source
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigError([source.problem([], 'must be a map of sections: self, collectors, exporters, …')])
  }
  const root = value as Record<string, unknown>
  const problems: ConfigProblem[] = [
    ...refuseKeys(root, [...ownSections, ...Object.keys(reading.sections)], [], source),
  ]
  const catalog = await withPackages(root['plugins'], reading, source, problems)
  const plan = await readPlan(root, { source, catalog, problems })
  const sections: Record<string, unknown> = {}
  for (const [name, schema] of Object.entries(reading.sections)) {
    const read = await readSection(schema, root[name], [name], source)
    if (read.ok) sections[name] = read.value
    else problems.push(...read.problems)
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return { plan, sections: sections as ReadConfig<S>['sections'] }
}

async function readPlan(root: Record<string, unknown>, reading: InstanceReading): Promise<Plan> {
  const self = await readSection(selfSection, root['self'], ['self'], reading.source)
  if (!self.ok) reading.problems.push(...self.problems)
  const instances = {
    collectors: await readInstances('collector', 'collectors', root['collectors'], reading),
    receivers: await readInstances('receiver', 'receivers', root['receivers'], reading),
    processors: await readInstances('processor', 'processors', root['processors'], reading),
    exporters: await readInstances('exporter', 'exporters', root['exporters'], reading),
    stores: await readInstances('store', 'stores', root['stores'], reading),
  }
  const isWhole = reading.problems.length === 0
  const pipelines = isWhole ? await readPipelines(root['pipelines'], instances, reading.source, reading.problems) : []
  const agent = self.ok ? self.value.agent : ''
  return { self: { agent, node: (self.ok ? self.value.node : undefined) ?? agent }, ...instances, pipelines }
}

async function withPackages(
  value: unknown,
  { catalog, loadPackage }: Pick<ConfigReading<never>, 'catalog' | 'loadPackage'>,
  source: YamlSource,
  problems: ConfigProblem[],
): Promise<PluginCatalog> {
  const names = z.array(z.string()).safeParse(value ?? [])
  if (!names.success) {
    problems.push(source.problem(['plugins'], 'must be a list of npm packages'))
    return catalog
  }
  let all = catalog
  for (const [index, name] of names.data.entries()) {
    try {
      all = all.with(await loadPackage(name))
    } catch (error) {
      problems.push(source.problem(['plugins', index], error instanceof Error ? error.message : String(error)))
    }
  }
  return all
}
