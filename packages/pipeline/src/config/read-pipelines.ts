import type { Instance, PipelinePlan, Plan } from '../plan.ts'
import { pipelineSettings } from '../settings.ts'
import type { ConfigProblem } from './config-problem.ts'
import { nearestName } from './nearest-name.ts'
import { readSection } from './read-section.ts'
import type { YamlSource } from './yaml-source.ts'

type Instances = Omit<Plan, 'self' | 'pipelines'>

/** The pipelines, or, where none is written, one from everything to everything. Problems are added to `problems`. */
export async function readPipelines(
  value: unknown,
  instances: Instances,
  source: YamlSource,
  problems: ConfigProblem[],
): Promise<readonly PipelinePlan[]> {
  if (value === undefined || value === null) return everythingToEverything(instances)
  if (typeof value !== 'object' || Array.isArray(value)) {
    problems.push(source.problem(['pipelines'], 'must be a map: a name, then from, through and to'))
    return []
  }
  const plans: PipelinePlan[] = []
  for (const [name, section] of Object.entries(value)) {
    const read = await readSection(pipelineSettings, withPromise(section, instances), ['pipelines', name], source)
    if (!read.ok) problems.push(...read.problems)
    else {
      const plan = { name, ...read.value }
      problems.push(...unknownNames(plan, instances, source), ...brokenPromises(plan, instances, source))
      plans.push(plan)
    }
  }
  problems.push(...idleInstances(plans, instances, source))
  return plans
}

/** What is in no pipeline would never run, and nobody would be told. */
function idleInstances(
  plans: readonly PipelinePlan[],
  instances: Instances,
  source: YamlSource,
): readonly ConfigProblem[] {
  const used = new Set(plans.flatMap(({ from, through, to }) => [...from, ...through, ...to]))
  return Object.entries(instances).flatMap(([section, list]: [string, readonly Instance[]]) =>
    list
      .filter(({ name }) => !used.has(name))
      .map(({ name }) => source.problem([section, name], 'is in no pipeline, so it would never run')),
  )
}

function everythingToEverything({
  collectors,
  receivers,
  processors,
  exporters,
  stores,
}: Instances): readonly PipelinePlan[] {
  const from = names(collectors, receivers)
  const to = names(exporters, stores)
  if (from.length === 0 || to.length === 0) return []
  const acknowledge = stores.length > 0 ? 'stored' : 'memory'
  return [
    {
      name: 'main',
      acknowledge,
      ...pipelineSettings.pick({ queue: true }).parse({}),
      from,
      through: names(processors),
      to,
    },
  ]
}

function unknownNames(
  { name, from, through, to }: PipelinePlan,
  instances: Instances,
  source: YamlSource,
): readonly ConfigProblem[] {
  const known = {
    from: names(instances.collectors, instances.receivers),
    through: names(instances.processors),
    to: names(instances.exporters, instances.stores),
  }
  const check = (part: 'from' | 'through' | 'to', wanted: readonly string[]) =>
    wanted.flatMap((entry, index) => {
      if (known[part].includes(entry)) return []
      const near = nearestName(entry, known[part])
      const advice =
        near !== undefined ? `did you mean "${near}"?` : `this configuration has ${known[part].join(', ') || 'none'}`
      return [
        source.problem(['pipelines', name, part, index], `nothing is configured under the name "${entry}"; ${advice}`),
      ]
    })
  return [...check('from', from), ...check('through', through), ...check('to', to)]
}

/** What is not said is promised as far as it can be: `stored` where there is a store, otherwise `memory`. */
function withPromise(section: unknown, { stores }: Instances): unknown {
  if (typeof section !== 'object' || section === null || Array.isArray(section)) return section
  const { to } = section as { readonly to?: unknown }
  const hasStore = Array.isArray(to) && stores.some(({ name }) => to.includes(name))
  return { acknowledge: hasStore ? 'stored' : 'memory', ...section }
}

/** `stored` needs a store to be stored in, and `disk` a queue on disk. */
function brokenPromises(
  { name, to, acknowledge }: PipelinePlan,
  { stores }: Instances,
  source: YamlSource,
): readonly ConfigProblem[] {
  const path = ['pipelines', name, 'acknowledge']
  if (acknowledge === 'disk') return [source.problem(path, 'there is no queue on disk yet; say "memory" or "stored"')]
  const hasStore = stores.some((store) => to.includes(store.name))
  if (acknowledge !== 'stored' || hasStore) return []
  const message =
    'a pipeline without a store cannot promise that data is stored; say "acknowledge: memory" or add a store to "to"'
  return [source.problem(path, message)]
}

function names(...lists: readonly (readonly Instance[])[]): string[] {
  return lists.flat().map(({ name }) => name)
}
