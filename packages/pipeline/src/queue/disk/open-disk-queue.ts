import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Source } from '@headwatch/protocol'
import { type Clock, type Logger, type Meter, RejectedError } from '@headwatch/sdk'
import { lockFolder } from '@headwatch/sdk/folder-lock'
import type { QueueLimits, WhenFull } from '../queue.ts'
import { AsideFolder } from './aside-folder.ts'
import { Bookkeeper } from './bookkeeper.ts'
import { diskProblem } from './disk-error.ts'
import { DiskLog } from './disk-log.ts'
import { DiskQueue } from './disk-queue.ts'
import type { FileSystem } from './file-system.ts'
import { checkFolder, quarantineName, refusedName } from './folder-check.ts'
import { nodeFileSystem } from './node-file-system.ts'
import { Places } from './places.ts'
import { Quarantine } from './quarantine.ts'
import { minQueueBytes } from './queue-size.ts'
import type { QueueState } from './queue-state.ts'
import { type Recovered, recover } from './recovery.ts'
import { Retention } from './retention.ts'
import { newSalt } from './segment-format.ts'
import { segmentReader, type Unreadable } from './segment-reader.ts'
import { SegmentWriter } from './segment-writer.ts'

export interface DiskQueueOptions {
  /** Of this queue alone. Made where it is missing. */
  readonly folder: string
  /** Who numbers. Its epoch is used where a new one has to begin, and must be new at every start. */
  readonly source: Source
  /** `bytes` is of all files in the folder. */
  readonly limits: QueueLimits
  readonly whenFull: WhenFull
  readonly clock: Clock
  readonly logger: Logger
  readonly meter: Meter
  /** The configuration key that names the folder, for sentences. */
  readonly setting?: string
}

/** What a test puts in the place of the machine. */
export interface Machine {
  readonly files: FileSystem
  lock(folder: string, setting: string): DiskQueueLock
  /** The number of the first record of a new queue. */
  readonly firstSequence?: bigint
  /** How much of the newest records to hold in memory. */
  readonly freshBytes?: number
  readonly segmentBytes?: number
}

interface DiskQueueLock {
  /** Of the lock's own files. */
  readonly bytes: number
  release(): void
}

const defaultFreshBytes = 512 * 1024

const thisMachine: Machine = { files: nodeFileSystem, lock: osLock }

/**
 * Opens the queue in a folder, whatever a crash has left of it.
 *
 * @throws {RejectedError} a sentence: the folder is not a queue, cannot be written, belongs to a newer version or has an owner, or
 * the limits hold nothing. Nothing has been touched then.
 */
export async function openDiskQueue(options: DiskQueueOptions): Promise<DiskQueue> {
  return openQueueOn(thisMachine, options)
}

/** `openDiskQueue` on another machine. */
export async function openQueueOn(machine: Machine, options: DiskQueueOptions): Promise<DiskQueue> {
  const { folder, limits, setting = 'program.folder' } = options
  if (!(limits.records >= 1) || !(limits.bytes >= minQueueBytes))
    throw new RejectedError(
      `a queue on disk needs room for a record and ${minQueueBytes} bytes; ${limits.records} records and ${limits.bytes} bytes are too little`,
    )
  const refuse = (cause: unknown) => {
    if (cause instanceof RejectedError) throw cause
    throw new RejectedError(`${diskProblem(folder, cause, 'opened')}; name another folder in ${setting}`, { cause })
  }
  await checkFolder(machine.files, folder, setting).catch(refuse)
  const lock = machine.lock(folder, setting)
  try {
    return await open(machine, options, lock)
  } catch (error) {
    lock.release()
    return refuse(error)
  }
}

async function open(machine: Machine, options: DiskQueueOptions, lock: DiskQueueLock): Promise<DiskQueue> {
  const { files } = machine
  const { folder, limits, clock } = options
  await files.makeFolder(folder)
  const found = await recover(files, { ...options, firstSequence: machine.firstSequence ?? 1n })
  const asideBytes = Math.floor(limits.bytes / 16)
  const quarantine = await AsideFolder.open({ files, folder: join(folder, quarantineName), maxBytes: asideBytes })
  const refused = await AsideFolder.open({ files, folder: join(folder, refusedName), maxBytes: asideBytes })
  let queue: DiskQueue | undefined
  const guard: Quarantine = new Quarantine({
    ...options,
    files,
    folder: quarantine,
    room: () =>
      limits.bytes - state.log.bytes - bookkeeper.reservedBytes - quarantine.bytes - refused.bytes - lock.bytes,
  })
  const openedAt = clock.monotonicMs()
  const lost = (unreadable: Unreadable) => {
    const { first, last } = unreadable
    const added = state.log.holes.add({ first, last, reason: 'quarantined' })
    const records = added.reduce((sum, range) => sum + Number(range.last - range.first) + 1, 0)
    if (records === 0) return
    state.quarantinedRecords += records
    guard.add(unreadable, records)
  }
  const fetch = segmentReader({ files, clock, lost, failing: (error) => queue?.failed(error) })
  const freshBytes = machine.freshBytes ?? defaultFreshBytes
  const state: QueueState = {
    log: new DiskLog({ ...found, fetch, freshBytes }),
    places: new Places(found.places, found.next, found.holes),
    floor: found.floor,
    newestSegment: found.segments.at(-1)?.first,
    quarantinedRecords: found.quarantinedRecords,
    operatingMs: () => found.operatingMs + clock.monotonicMs() - openedAt,
  }
  const bookkeeper = new Bookkeeper(files, folder, state, found.cursorBytes)
  const segmentBytes = machine.segmentBytes ?? segmentBytesFor(limits.bytes)
  const salt = newSalt()
  const writer = new SegmentWriter({
    files,
    folder,
    salt,
    segmentBytes,
    operatingMs: state.operatingMs,
    async announce(first) {
      state.newestSegment = first
      await bookkeeper.write()
    },
    created: (segment) => state.log.addSegment(segment),
  })
  const retention = new Retention({ files, state, bookkeeper, writer })
  const problem = await mend({ files, options, found, bookkeeper, guard, state })
  queue = new DiskQueue({
    ...options,
    state,
    bookkeeper,
    retention,
    writer,
    quarantine,
    refused,
    guard,
    segmentBytes,
    salt,
    lock,
  })
  if (problem !== undefined) queue.failed(problem)
  return queue
}

/** Small enough that a queue gives up little at once, large enough that files are few. */
function segmentBytesFor(limitBytes: number): number {
  return Math.min(8 * 1024 * 1024, Math.max(8 * 1024, Math.floor(limitBytes / 32)))
}

interface Mending {
  readonly files: FileSystem
  readonly options: DiskQueueOptions
  readonly found: Recovered
  readonly bookkeeper: Bookkeeper
  readonly guard: Quarantine
  readonly state: QueueState
}

/**
 * Tidies up what a crash has left. That a new epoch begins is written down before anything is removed by which it could be seen.
 * A disk that takes nothing now does not keep a queue from opening: returns what it said.
 */
async function mend({ files, options, found, bookkeeper, guard, state }: Mending): Promise<unknown> {
  const { damaged, headless, empty, torn, lostRecords, isClean } = found.found
  const { logger, meter, folder } = options
  for (const damage of damaged) {
    const records = Number(damage.last - damage.first) + 1
    state.quarantinedRecords += records
    guard.add(damage, records)
  }
  if (lostRecords > 0) {
    logger.error('records in the queue are gone', { folder, records: lostRecords })
    meter.count('headwatch_queue_lost_total', lostRecords)
  }
  if (!isClean)
    logger.warn('the queue was not left in order; numbers go on under a new epoch', {
      folder,
      tornBytes: torn?.bytes ?? 0,
    })
  try {
    const newest = state.log.segments.at(-1)
    if (newest !== undefined) await synced(files, newest.path)
    for (const file of headless) await guard.addFile(file)
    await guard.finished()
    await bookkeeper.write()
    for (const path of [...empty, ...headless.map(({ path }) => path)]) await files.remove(path)
    if (torn !== undefined && !torn.segment.isEmpty) {
      await truncated(files, torn.segment.path, torn.segment.end)
      torn.segment.fileBytes = torn.segment.end
    }
    return undefined
  } catch (error) {
    return error
  }
}

/** What was read may never have reached the disk: it has to be there before anybody is given it. */
async function synced(files: FileSystem, path: string): Promise<void> {
  const file = await files.open(path, 'change')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

async function truncated(files: FileSystem, path: string, bytes: number): Promise<void> {
  const file = await files.open(path, 'change')
  try {
    await file.truncate(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

function osLock(folder: string, setting: string): DiskQueueLock {
  const lock = lockFolder(folder, setting)
  const bytes = statSync(join(folder, 'owner.lock'), { throwIfNoEntry: false })?.size ?? 0
  return { bytes, release: () => lock.release() }
}
