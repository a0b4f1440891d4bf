import { dirname } from 'node:path'
import { queueAlarmFile, queueAlarmPath } from './queue-alarm-file.ts'

/**
 * Destinations in the queue of a pipeline that its program, when it ran last, told of as not configured. `folder` is the
 * queue's, in the data folder of that program; none where it stands elsewhere.
 */
export async function orphansToldOf(folder: string, pipeline: string): Promise<ReadonlySet<string>> {
  const ignore = (): void => undefined
  const quiet = { debug: ignore, info: ignore, warn: ignore, error: ignore }
  const { alarms } = await queueAlarmFile(queueAlarmPath(dirname(dirname(folder))), quiet).load()
  const raised = alarms.filter(({ key, condition }) => key.alarmType === 'queue_orphan' && condition === 'raised')
  const ofPipeline = raised.filter(({ key }) => key.qualifier.startsWith(`${pipeline}/`))
  return new Set(ofPipeline.map(({ key }) => key.qualifier.slice(pipeline.length + 1)))
}
