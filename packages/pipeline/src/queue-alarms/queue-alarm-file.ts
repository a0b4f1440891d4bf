import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Logger } from '@headwatch/sdk'
import { z } from 'zod'
import { messageOf } from '../supervision/supervised.ts'
import type { QueueAlarmMemory, RememberedQueueAlarms } from './queue-alarm-memory.ts'

const alarm = z.looseObject({
  key: z.object({ resource: z.string(), alarmType: z.string(), qualifier: z.string() }),
  condition: z.enum(['raised', 'cleared']),
  severity: z.enum(['critical', 'major', 'minor', 'warning', 'indeterminate']),
  text: z.string(),
  version: z.int(),
  raisedAt: z.number(),
  changedAt: z.number(),
})
const remembered = z.object({ alarms: z.array(alarm), quarantinedRecords: z.record(z.string(), z.int()) })

const nothing: RememberedQueueAlarms = { alarms: [], quarantinedRecords: {} }

/** Where a program with this data folder remembers them. */
export function queueAlarmPath(dataFolder: string): string {
  return join(dataFolder, 'queue-alarms.json')
}

/** Remembers alarms about queues in the file at `path`, whose folder is made when something is written. */
export function queueAlarmFile(path: string, logger: Logger): QueueAlarmMemory {
  return {
    async load() {
      try {
        return remembered.parse(JSON.parse(await readFile(path, 'utf8'))) as RememberedQueueAlarms
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
          logger.warn('the alarms about queues cannot be read and begin anew', { path, reason: messageOf(error) })
        return nothing
      }
    },
    async save(toRemember) {
      await mkdir(dirname(path), { recursive: true })
      const written = `${path}.tmp`
      await using file = await open(written, 'w')
      await file.writeFile(JSON.stringify(toRemember))
      await file.sync()
      await rename(written, path)
    },
  }
}
