import { brokenPromises } from './broken-promises.ts'
import type { PipelinePlan, Plan } from './plan.ts'

/** A sentence for each thing in the plan that cannot be, or cannot be promised; empty when all is well. */
export function planProblems(plan: Plan): readonly string[] {
  return [...twice(plan), ...plan.pipelines.flatMap((pipeline) => pipelineProblems(pipeline, plan))]
}

function pipelineProblems(pipeline: PipelinePlan, plan: Plan): readonly string[] {
  const { name, from, through, to } = pipeline
  const has = (instances: readonly { readonly name: string }[], wanted: string) =>
    instances.some((instance) => instance.name === wanted)
  const unknown = [
    ...from.filter((wanted) => !has(plan.collectors, wanted) && !has(plan.receivers, wanted)),
    ...through.filter((wanted) => !has(plan.processors, wanted)),
    ...to.filter((wanted) => !has(plan.exporters, wanted) && !has(plan.stores, wanted)),
  ].map((wanted) => `the pipeline "${name}" names "${wanted}", which is not configured`)
  const broken = brokenPromises(pipeline, plan).map(({ path, message }) => `${path.join('.')}: ${message}`)
  return [...unknown, ...broken]
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
