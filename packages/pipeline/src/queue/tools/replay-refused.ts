import { randomUUID } from 'node:crypto'
import { RejectedError } from '@headwatch/sdk'
import { systemClock } from '../../system-clock.ts'
import { openDiskQueue } from '../disk/open-disk-queue.ts'
import { inspectQueue, type QueueReport } from '../disk/queue-report.ts'
import { type RefusedFile, readRefused, removeRefused } from '../disk/refused-files.ts'
import type { Queue } from '../queue.ts'

/** Room for what is given again, beside what is there. */
const spareBytes = 64 * 1024 * 1024

/**
 * Gives what destinations refused to them again, each to its own, under new numbers; of all destinations, or of one. The queue must not be
 * in use.
 *
 * @param onProgress Records given so far, of all there are.
 * @returns How many records. @throws {RejectedError} there are none, the folder is no queue, or it is in use.
 */
export async function replayRefused(
  folder: string,
  destination: string | undefined,
  onProgress: (given: number, total: number) => void,
): Promise<number> {
  const report = await inspectQueue(folder)
  const wanted = report.refused.filter((file) => destination === undefined || file.destination === destination)
  const total = wanted.reduce((sum, { records }) => sum + records, 0)
  if (total === 0) throw new RejectedError(`no refused records are kept in ${folder}`)
  await using queue = await openToAdd(report)
  // Whoever is not read meanwhile does not get what is put.
  const destinations = new Set(wanted.map((file) => file.destination))
  let given = 0
  for (const name of destinations) {
    const wrap = report.destinations.find((known) => known.destination === name)?.wrap
    await using _reader = queue.reader(name, wrap === undefined ? {} : { wrap })
    for await (const file of readRefused(folder)) {
      if (file.destination !== name) continue
      await giveAgain(queue, folder, file)
      given += file.records.length
      onProgress(given, total)
    }
  }
  return given
}

async function giveAgain(queue: Queue, folder: string, { name, records }: RefusedFile): Promise<void> {
  const { accepted } = await queue.put(records.map(({ record }) => record))
  if (accepted < records.length) throw new RejectedError(`the queue in ${folder} takes no more records now`)
  await removeRefused(folder, name)
}

function openToAdd({ folder, sources, bytes }: QueueReport): Promise<Queue> {
  const source = sources.at(-1)?.source
  if (source === undefined) throw new RejectedError(`the queue in ${folder} has never had a record`)
  const ignore = (): void => undefined
  return openDiskQueue({
    folder,
    source: { ...source, epoch: randomUUID() },
    limits: { records: Number.MAX_SAFE_INTEGER, bytes: bytes + spareBytes },
    whenFull: 'drop_newest',
    clock: systemClock,
    logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    meter: { count: ignore, set: ignore },
    setting: 'the command',
  })
}
