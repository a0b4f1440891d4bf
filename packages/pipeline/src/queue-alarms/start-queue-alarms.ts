import type { AlarmTransition } from '@headwatch/protocol'
import type { Intake } from '../intake/intake.ts'
import type { PipelinePlan } from '../plan.ts'
import { QueueAlarms, type QueueAlarmParts } from './queue-alarms.ts'

export interface QueueAlarmsWanted extends Omit<QueueAlarmParts, 'remembered' | 'abandoned' | 'emit'> {
  /** What each pipeline takes in. */
  readonly intakes: ReadonlyMap<PipelinePlan, Intake>
  /** Queues with a backlog that is of none of these pipelines, by name. */
  readonly abandonedQueues?: ((pipelines: readonly PipelinePlan[]) => Promise<readonly string[]>) | undefined
}

/** Alarms about the queues of a program that starts, going on where it left off. Their steps are telemetry of the pipelines they are about. */
export async function startQueueAlarms({
  intakes,
  abandonedQueues,
  ...parts
}: QueueAlarmsWanted): Promise<QueueAlarms> {
  const { queues, memory } = parts
  const abandoned = (await abandonedQueues?.(queues.map(({ pipeline }) => pipeline))) ?? []
  const remembered = (await memory?.load()) ?? { alarms: [], quarantinedRecords: {} }
  const emit = (step: AlarmTransition) => intakeFor(step, intakes)?.add(step)
  return new QueueAlarms({ ...parts, abandoned, remembered, emit })
}

/** Of the pipeline that an alarm is about, whose name its qualifier begins with; of any where that is gone. */
function intakeFor({ key }: AlarmTransition, intakes: ReadonlyMap<PipelinePlan, Intake>): Intake | undefined {
  const about = [...intakes].filter(([{ name }]) => `${key.qualifier}/`.startsWith(`${name}/`))
  about.sort(([a], [b]) => b.name.length - a.name.length)
  const [, intake] = about[0] ?? [...intakes][0] ?? []
  return intake
}
