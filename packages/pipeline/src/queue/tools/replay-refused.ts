import { randomUUID } from 'node:crypto'
import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { RejectedError } from '@headwatch/sdk'
import { systemClock } from '../../system-clock.ts'
import { type Aside, readAside } from '../disk/aside-folder.ts'
import { readCursorFile } from '../disk/cursor-file.ts'
import { refusedName } from '../disk/folder-check.ts'
import { nodeFileSystem } from '../disk/node-file-system.ts'
import { openDiskQueue } from '../disk/open-disk-queue.ts'
import { type RefusedWhy, refusedRecordsOf } from '../disk/refused-records.ts'
import type { Queue } from '../queue.ts'
import { inspectQueue } from './inspect-queue.ts'

/** Room for what is given again, beside what is there. */
const spareBytes = 64 * 1024 * 1024

/**
 * Gives what destinations refused to them again, each to its own, under new numbers; of all destinations, or of one.
 *
 * @param onProgress Records given so far, of all there are.
 * @returns how many records. @throws {RejectedError} there are none, or the queue is in use.
 */
export async function replayRefused(
  folder: string,
  destination: string | undefined,
  onProgress: (given: number, total: number) => void,
): Promise<number> {
  const all = await Array.fromAsync(readAside<RefusedWhy>(nodeFileSystem, join(folder, refusedName)))
  const refused = all.filter(({ why }) => destination === undefined || why.destination === destination)
  const total = refused.reduce((sum, aside) => sum + refusedRecordsOf(aside).length, 0)
  if (total === 0) throw new RejectedError('no refused records are kept there')
  const read = await readCursorFile(nodeFileSystem, folder)
  const source = (await inspectQueue(folder)).source
  if (read.is !== 'good' || source === undefined)
    throw new RejectedError(`${folder} cannot be read as it stands; start the program once`)
  await using queue = await openToAdd(folder, source)
  let given = 0
  for (const [name, asides] of Map.groupBy(refused, ({ why }) => why.destination)) {
    const wrap = read.bookkeeping.places.get(name)?.wrap
    await giveAgain(queue, folder, { name, wrap }, asides, (records) => {
      given += records
      onProgress(given, total)
    })
  }
  return given
}

async function openToAdd(folder: string, source: Queue['source']): Promise<Queue> {
  const ignore = (): void => undefined
  const { bytesOnDisk } = await inspectQueue(folder)
  return openDiskQueue({
    folder,
    source: { ...source, epoch: randomUUID() },
    limits: { records: Number.MAX_SAFE_INTEGER, bytes: bytesOnDisk + spareBytes },
    whenFull: 'drop_newest',
    clock: systemClock,
    logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    meter: { count: ignore, set: ignore },
    setting: 'the command',
  })
}

/** To one destination: the others are not read meanwhile, so nothing of it is theirs. */
async function giveAgain(
  queue: Queue,
  folder: string,
  {
    name,
    wrap,
  }: { readonly name: string; readonly wrap: { readonly bytes: number; readonly ageMs: number } | undefined },
  asides: readonly Aside<RefusedWhy>[],
  onGiven: (records: number) => void,
): Promise<void> {
  await using _reader = queue.reader(name, wrap === undefined ? {} : { wrap })
  for (const aside of asides) {
    const records = refusedRecordsOf(aside).map(({ record }) => record)
    const { accepted } = await queue.put(records)
    if (accepted < records.length) throw new RejectedError(`${folder} takes no more records now`)
    await unlink(join(folder, refusedName, aside.name))
    onGiven(records.length)
  }
}
