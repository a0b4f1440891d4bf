import type { QueueInlet } from './intake/queue-inlet.ts'
import type { PipelinePlan } from './plan.ts'
import type { Queue, QueueReader } from './queue/queue.ts'

/** The queue in front of a pipeline's exporters, with all that goes in and out of it. */
export interface PipelineQueue {
  readonly pipeline: PipelinePlan
  readonly queue: Queue
  readonly inlet: QueueInlet
  /** By destination. */
  readonly readers: Map<string, QueueReader>
}

/** Records and bytes that wait for one destination, in both lanes. */
export function waitingOf(reader: QueueReader): { readonly records: number; readonly bytes: number } {
  const { live, backlog } = reader.status()
  return { records: live.records + backlog.records, bytes: live.bytes + backlog.bytes }
}
