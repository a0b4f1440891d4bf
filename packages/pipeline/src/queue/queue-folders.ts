import { join } from 'node:path'
import type { Source } from '@headwatch/protocol'
import type { PipelinePlan } from '../plan.ts'
import type { QueueAlarmMemory } from '../queue-alarms/queue-alarm-memory.ts'
import { queueAlarmFile, queueAlarmPath } from '../queue-alarms/queue-alarm-file.ts'
import type { SupervisionParts } from '../supervision/supervised.ts'
import { abandonedQueues } from './abandoned-queues.ts'
import { MemoryQueue } from './memory-queue.ts'
import type { Queue } from './queue.ts'

/** A program's data folder, as far as its queues are concerned. */
export interface QueueFolders {
  makeQueue(source: Source, pipeline: PipelinePlan): Promise<Queue>
  readonly queueAlarmMemory: QueueAlarmMemory
  /** Queues with a backlog that is of none of these pipelines, by name. */
  abandonedQueues(pipelines: readonly PipelinePlan[]): Promise<readonly string[]>
}

/**
 * Queues below `folder`, each in one named after its pipeline; those that are kept in memory leave the disk alone. `setting`
 * is the configuration key that names the folder, for whoever has to name another.
 */
export function queueFolders(folder: string, setting: string, parts: SupervisionParts): QueueFolders {
  return {
    queueAlarmMemory: queueAlarmFile(queueAlarmPath(folder), parts.logger),
    abandonedQueues: (pipelines) =>
      abandonedQueues(
        join(folder, 'queue'),
        pipelines.filter(({ queue }) => queue.keep === 'disk').map(({ name }) => queueFolder(folder, name)),
      ),
    async makeQueue(source, { name, queue }) {
      const { keep, whenFull, records, bytes } = queue
      const limits = { records, bytes }
      if (keep === 'memory') return new MemoryQueue(source, { limits, whenFull })
      const { openDiskQueue } = await import('./disk/open-disk-queue.ts')
      return openDiskQueue({ folder: queueFolder(folder, name), setting, source, limits, whenFull, ...parts })
    },
  }
}

/** Where the queue of a pipeline is. A name that would lead elsewhere, or that some file systems do not take, is spelled with `%`. */
function queueFolder(folder: string, pipeline: string): string {
  const spelled = pipeline.replaceAll(/[^A-Za-z0-9_-]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  )
  return join(folder, 'queue', spelled)
}
