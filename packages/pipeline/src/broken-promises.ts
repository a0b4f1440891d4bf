import { minQueueBytes } from './queue/disk/queue-size.ts'
import type { Instance, PipelinePlan, Plan } from './plan.ts'

/** Something a configuration promises and cannot keep: the key that promises it, and why not. */
export interface BrokenPromise {
  readonly path: readonly string[]
  readonly message: string
}

/** What `pipeline` promises with these outlets and cannot keep; empty when all is well. */
export function brokenPromises(
  pipeline: PipelinePlan,
  { exporters, stores }: Pick<Plan, 'exporters' | 'stores'>,
): readonly BrokenPromise[] {
  const { name, to } = pipeline
  const fed = exporters.filter((exporter) => to.includes(exporter.name))
  const hasStore = stores.some((store) => to.includes(store.name))
  const acknowledge = unkeptAcknowledgement(pipeline, hasStore, fed.length > 0)
  return [
    ...(acknowledge === undefined ? [] : [{ path: ['pipelines', name, 'acknowledge'], message: acknowledge }]),
    ...(fed.length > 0 ? tooSmall(pipeline) : []),
    ...fed.flatMap((exporter) => unkeptWrap(pipeline, exporter)),
  ]
}

function tooSmall({ name, queue }: PipelinePlan): readonly BrokenPromise[] {
  if (queue.keep === 'memory' || queue.bytes >= minQueueBytes) return []
  const message = `a queue on disk needs room for ${minQueueBytes} bytes; say more, or "keep: memory"`
  return [{ path: ['pipelines', name, 'queue', 'bytes'], message }]
}

function unkeptAcknowledgement(
  { acknowledge, queue }: PipelinePlan,
  hasStore: boolean,
  hasExporter: boolean,
): string | undefined {
  if (acknowledge === 'stored' && !hasStore)
    return 'a pipeline without a store cannot promise that data is stored; say "disk" or "memory", or add a store to "to"'
  if (acknowledge === 'disk' && hasExporter && queue.keep === 'memory')
    return 'a queue in memory cannot promise that data is on disk; say "keep: disk" in "queue", or "acknowledge: memory"'
  return undefined
}

function unkeptWrap({ name, queue }: PipelinePlan, exporter: Instance<'exporter'>): readonly BrokenPromise[] {
  const { retention, wrapBytes } = exporter.settings
  if (retention !== 'wrap' || queue.keep === 'memory' || wrapBytes <= queue.bytes) return []
  const message = `${wrapBytes} bytes cannot be kept in the queue of the pipeline "${name}", which holds ${queue.bytes}; say less here, or more in "pipelines.${name}.queue.bytes"`
  return [{ path: ['exporters', exporter.name, 'wrapBytes'], message }]
}
