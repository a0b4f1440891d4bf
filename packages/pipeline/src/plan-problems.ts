import type { PipelinePlan, Plan } from './plan.ts'

/** What queues of this program survive: nothing, or the process. */
export type QueueKeeps = 'memory' | 'disk'

/** A sentence for each thing in the plan that cannot be, or cannot be promised; empty when all is well. */
export function planProblems(plan: Plan, queueKeeps: QueueKeeps): readonly string[] {
  return [...twice(plan), ...plan.pipelines.flatMap((pipeline) => pipelineProblems(pipeline, plan, queueKeeps))]
}

function pipelineProblems(pipeline: PipelinePlan, plan: Plan, queueKeeps: QueueKeeps): readonly string[] {
  const { name, from, through, to, acknowledge } = pipeline
  const has = (instances: readonly { readonly name: string }[], wanted: string) =>
    instances.some((instance) => instance.name === wanted)
  const unknown = [
    ...from.filter((wanted) => !has(plan.collectors, wanted) && !has(plan.receivers, wanted)),
    ...through.filter((wanted) => !has(plan.processors, wanted)),
    ...to.filter((wanted) => !has(plan.exporters, wanted) && !has(plan.stores, wanted)),
  ].map((wanted) => `the pipeline "${name}" names "${wanted}", which is not configured`)
  const hasExporters = to.some((wanted) => has(plan.exporters, wanted))
  const hasStores = to.some((wanted) => has(plan.stores, wanted))
  const promises = []
  if (acknowledge === 'stored' && !hasStores)
    promises.push(`the pipeline "${name}" promises that data is stored, but no store is in its "to"`)
  if (acknowledge === 'disk' && hasExporters && queueKeeps === 'memory')
    promises.push(`the pipeline "${name}" promises that data is on disk, but its queue is kept in memory`)
  return [...unknown, ...promises]
}

function twice(plan: Plan): readonly string[] {
  const problems: string[] = []
  for (const kind of ['collectors', 'receivers', 'processors', 'exporters', 'stores', 'pipelines'] as const) {
    const names = plan[kind].map(({ name }) => name)
    const repeated = names.filter((name, index) => names.indexOf(name) !== index)
    problems.push(...repeated.map((name) => `there are two ${kind} named "${name}"`))
  }
  return problems
}
