import { brokenPromises } from '../broken-promises.ts'
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
  if (value === undefined || value === null) {
    const plans = everythingToEverything(instances)
    problems.push(...promiseProblems(plans, instances, source))
    return plans
  }
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
      problems.push(...unknownNames(plan, instances, source))
      plans.push(plan)
    }
  }
  problems.push(...promiseProblems(plans, instances, source), ...idleInstances(plans, instances, source))
  return plans
}

function promiseProblems(
  plans: readonly PipelinePlan[],
  instances: Instances,
  source: YamlSource,
): readonly ConfigProblem[] {
  const broken = plans.flatMap((plan) => brokenPromises(plan, instances))
  return broken.map(({ path, message }) => source.problem(path, message))
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

function everythingToEverything(instances: Instances): readonly PipelinePlan[] {
  const { collectors, receivers, processors, exporters, stores } = instances
  const from = names(collectors, receivers)
  const to = names(exporters, stores)
  if (from.length === 0 || to.length === 0) return []
  const written = { from, through: names(processors), to }
  return [{ name: 'main', ...pipelineSettings.parse(withPromise(written, instances)) }]
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

/** What is not said is promised as far as it can be. */
function withPromise(section: unknown, instances: Instances): unknown {
  if (typeof section !== 'object' || section === null || Array.isArray(section)) return section
  return { acknowledge: mostOf(section, instances), ...section }
}

/** `stored` where there is a store; `disk` where somebody is answered and the queue is there; otherwise `memory`. */
function mostOf(section: object, { stores, receivers }: Pick<Instances, 'stores' | 'receivers'>) {
  const { from, to, queue } = section as { readonly from?: unknown; readonly to?: unknown; readonly queue?: unknown }
  const isIn = (list: unknown, instances: readonly Instance[]) =>
    Array.isArray(list) && instances.some(({ name }) => list.includes(name))
  if (isIn(to, stores)) return 'stored'
  const keep = (queue as { readonly keep?: unknown } | null | undefined)?.keep
  return isIn(from, receivers) && keep !== 'memory' ? 'disk' : 'memory'
}

function names(...lists: readonly (readonly Instance[])[]): string[] {
  return lists.flat().map(({ name }) => name)
}
