import type { AlarmKey, AlarmSeverity } from '@headwatch/protocol'
import type { PipelineQueue } from '../pipeline-queue.ts'

/** What may be wrong with a queue, or with what is delivered from it. Each is the type of an alarm. */
export type QueueAlarmType = 'queue_stuck' | 'queue_full' | 'queue_unwritable' | 'queue_damaged' | 'queue_orphan'

export const queueAlarmTypes: readonly QueueAlarmType[] = [
  'queue_stuck',
  'queue_full',
  'queue_unwritable',
  'queue_damaged',
  'queue_orphan',
]

/** Something that is wrong now. Its text has no figures that move: what stands is told once. */
export interface QueueCondition {
  readonly key: AlarmKey
  readonly severity: AlarmSeverity
  readonly text: string
  /** What to do about it. */
  readonly repair: string
}

/** The key of an alarm about the queues of `agent`; `qualifier` is `pipeline` or `pipeline/destination`. */
export function queueAlarmKey(agent: string, alarmType: QueueAlarmType, qualifier: string): AlarmKey {
  return { resource: `agent/${agent}/queue`, alarmType, qualifier }
}

/** What is said when it is over. */
export const overTexts: Readonly<Record<QueueAlarmType, (qualifier: string) => string>> = {
  queue_stuck: (path) => `data is delivered to "${path}" again, or none waits`,
  queue_full: (pipeline) => `the queue of "${pipeline}" has room again`,
  queue_unwritable: (pipeline) => `the queue of "${pipeline}" can be written again`,
  queue_damaged: (pipeline) => `the queue of "${pipeline}" was not damaged any further for a day`,
  queue_orphan: (path) => `nothing waits for "${path}" any more, or it is configured again`,
}

const fullTexts = {
  wait: 'collectors and senders are held back',
  drop_oldest: 'the oldest records are let go',
  drop_newest: 'new records are let go',
} as const

export function fullCondition(agent: string, { pipeline: { name, queue } }: PipelineQueue): QueueCondition {
  return {
    key: queueAlarmKey(agent, 'queue_full', name),
    severity: 'major',
    text: `the queue of "${name}" is full: ${fullTexts[queue.whenFull]}`,
    repair: 'Bring back the destination that is behind, or give the queue more room.',
  }
}

/** `problem` is the queue's own sentence. */
export function unwritableCondition(agent: string, pipeline: string, problem: string): QueueCondition {
  return {
    key: queueAlarmKey(agent, 'queue_unwritable', pipeline),
    severity: 'critical',
    text: problem,
    repair: 'Look at the disk of the data folder: space, rights, errors; it goes on by itself.',
  }
}

export function damagedCondition(agent: string, pipeline: string): QueueCondition {
  return {
    key: queueAlarmKey(agent, 'queue_damaged', pipeline),
    severity: 'minor',
    text: `damaged records in the queue of "${pipeline}" were moved aside`,
    repair: 'Look at the disk; "headwatch queue inspect" lists what was damaged.',
  }
}

export function orphanCondition(agent: string, pipeline: string, destination: string): QueueCondition {
  return {
    key: queueAlarmKey(agent, 'queue_orphan', `${pipeline}/${destination}`),
    severity: 'warning',
    text: `records in the queue of "${pipeline}" wait for "${destination}", which is not configured`,
    repair: 'Configure it again, or let its records go with "headwatch queue forget".',
  }
}

export function abandonedCondition(agent: string, pipeline: string): QueueCondition {
  return {
    key: queueAlarmKey(agent, 'queue_orphan', pipeline),
    severity: 'warning',
    text: `records wait in the queue "${pipeline}", and no pipeline of that name has one`,
    repair: 'Name the pipeline as before, or remove the folder; "headwatch queue inspect" shows what waits.',
  }
}

export function stuckCondition(agent: string, pipeline: string, destination: string): QueueCondition {
  return {
    key: queueAlarmKey(agent, 'queue_stuck', `${pipeline}/${destination}`),
    severity: 'major',
    text: `nothing is delivered to "${destination}" although data waits`,
    repair: 'Look whether it runs and can be reached; what waits is delivered by itself then.',
  }
}
