import { hostname } from 'node:os'
import { dirname } from 'node:path'
import type { Schema } from '@headwatch/sdk'
import { z } from 'zod'
import type { Plan } from '../plan.ts'
import { ConfigError, type ConfigProblem } from './config-problem.ts'
import { configShape } from './config-shape.ts'
import { environmentOverrides, type Override } from './environment-overrides.ts'
import type { PluginCatalog, PluginSource } from './plugin-catalog.ts'
import { type InstanceReading, readInstances } from './read-instances.ts'
import { readPipelines } from './read-pipelines.ts'
import { readSection } from './read-section.ts'
import { replaceReferences } from './references.ts'
import { ownSections, selfSection } from './sections.ts'
import { refuseKeys } from './unknown-keys.ts'
import { withOverrides, YamlSource } from './yaml-source.ts'

export interface ConfigReading<S extends Record<string, Schema<unknown>>> {
  /** Shown in problems; relative files are looked for beside it. */
  readonly file: string
  readonly text: string
  /** Values of `${NAME}`, and of keys: `HEADWATCH_EXPORTERS__ETHSTATS__SECRET`. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Values from the command line, which win over file and environment. */
  readonly flags?: readonly Override[]
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
  const written = new YamlSource(reading.file, reading.text)
  if (written.problems.length > 0) throw new ConfigError(written.problems)
  if (!isMap(written.value))
    throw new ConfigError([written.problem([], 'must be a map of sections: self, collectors, exporters, …')])
  const problems: ConfigProblem[] = [
    ...refuseKeys(written.value, [...ownSections, ...Object.keys(reading.sections)], [], written),
  ]
  const catalog = await withPackages(written.value.plugins, reading, written, problems)
  const { root, source } = await withEnvironment(written.value, reading, catalog, problems)
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

/** What the file says, with what the environment puts in its place. */
async function withEnvironment<S extends Record<string, Schema<unknown>>>(
  written: Record<string, unknown>,
  { file, text, environment, flags = [], sections }: ConfigReading<S>,
  catalog: PluginCatalog,
  problems: ConfigProblem[],
): Promise<{ readonly root: Record<string, unknown>; readonly source: YamlSource }> {
  const found = await environmentOverrides(environment, configShape(written, catalog, sections))
  problems.push(...found.problems)
  const overrides = [...found.overrides, ...flags]
  const source = new YamlSource(file, text, overrides)
  const sources = { environment, folder: dirname(file) }
  const root = replaceReferences(withOverrides(written, overrides), sources, (path, message) =>
    problems.push(source.problem(path, message)),
  )
  return { root: root as Record<string, unknown>, source }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

async function readPlan(root: Record<string, unknown>, reading: InstanceReading): Promise<Plan> {
  const self = await readSection(selfSection, root.self, ['self'], reading.source)
  if (!self.ok) reading.problems.push(...self.problems)
  const instances = {
    collectors: await readInstances('collector', 'collectors', root.collectors, reading),
    receivers: await readInstances('receiver', 'receivers', root.receivers, reading),
    processors: await readInstances('processor', 'processors', root.processors, reading),
    exporters: await readInstances('exporter', 'exporters', root.exporters, reading),
    stores: await readInstances('store', 'stores', root.stores, reading),
  }
  const isWhole = reading.problems.length === 0
  const pipelines = isWhole ? await readPipelines(root.pipelines, instances, reading.source, reading.problems) : []
  const { agent = hostname(), node = agent } = self.ok ? self.value : {}
  return { self: { agent, node }, ...instances, pipelines }
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
