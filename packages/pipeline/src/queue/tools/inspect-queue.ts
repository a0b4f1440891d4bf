import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { SequenceRange, Source, UnixMs } from '@headwatch/protocol'
import { queueAlarmFile, queueAlarmPath } from '../../queue-alarms/queue-alarm-file.ts'
import { type Aside, readAside } from '../disk/aside-folder.ts'
import { DiskLog } from '../disk/disk-log.ts'
import { quarantineName, refusedName } from '../disk/folder-check.ts'
import { nodeFileSystem } from '../disk/node-file-system.ts'
import { countOf, openAfter, unionOf } from '../disk/place.ts'
import type { QuarantineWhy } from '../disk/quarantine.ts'
import { type Recovered, recover } from '../disk/recovery.ts'
import { type RefusedWhy, refusedRecordsOf } from '../disk/refused-records.ts'

/** Where a destination stands. */
export interface InspectedDestination {
  readonly name: string
  /** The lowest number it has not settled; the queue's next when it has all. */
  readonly cursor: bigint
  readonly records: number
  readonly bytes: number
  readonly oldestAt?: UnixMs
  /** Whether it was not configured when the program ran last. */
  readonly isOrphan: boolean
}

/** A queue as it stands on disk. Of one that is in use, destinations may be a little further than is written down. */
export interface QueueInspection {
  readonly folder: string
  /** Under which the newest records are numbered; undefined where there never was one. */
  readonly source: Source | undefined
  /** The number of the next record. */
  readonly next: bigint
  readonly bytesOnDisk: number
  /** Records that are there, whoever waits for them. */
  readonly kept: number
  readonly segments: readonly (SequenceRange & {
    readonly file: string
    readonly bytes: number
    readonly epoch: string
  })[]
  readonly destinations: readonly InspectedDestination[]
  /** Damaged records moved aside since the queue was made. */
  readonly quarantinedRecords: number
  readonly quarantine: readonly (QuarantineWhy & { readonly name: string })[]
  readonly refused: readonly (RefusedWhy & { readonly name: string; readonly records: number })[]
}

/** Who would number on, were it to be opened: nobody is. */
const nobody: Source = { agent: '', stream: '', epoch: '' }

/** Reads a queue's folder, and changes nothing in it. @throws what the file system throws. */
export async function inspectQueue(folder: string): Promise<QueueInspection> {
  const found = await recover(nodeFileSystem, { folder, source: nobody, firstSequence: 1n })
  const { segments, next, sources, holes, quarantinedRecords } = found
  const source = sources.all.findLast((span) => span.source.agent !== nobody.agent)?.source
  const orphans = await orphansOf(dirname(dirname(folder)), source?.stream ?? basename(folder))
  return {
    folder,
    source,
    next,
    bytesOnDisk: await bytesIn(folder),
    kept: countOf(segments.flatMap(({ range }) => holes.outside(range))),
    segments: segments.map(({ path, range, fileBytes: bytes, source: { epoch } }) => ({
      file: basename(path),
      ...range,
      bytes,
      epoch,
    })),
    destinations: destinationsOf(found, orphans),
    quarantinedRecords,
    quarantine: await asideIn<QuarantineWhy, object>(join(folder, quarantineName), () => ({})),
    refused: await asideIn<RefusedWhy, { readonly records: number }>(join(folder, refusedName), (aside) => ({
      records: refusedRecordsOf(aside).length,
    })),
  }
}

function destinationsOf(
  { segments, next, sources, holes, places, floor }: Recovered,
  orphans: ReadonlySet<string>,
): readonly InspectedDestination[] {
  const log = new DiskLog({ next, segments, sources, holes, fetch: async () => undefined, freshBytes: 0 })
  return [...places].map(([name, place]) => {
    const waiting = unionOf([openAfter(place, next)], floor).flatMap((range) => holes.outside(range))
    const [oldest] = waiting
    const oldestAt = oldest && log.atOf(oldest.first)
    return {
      name,
      cursor: oldest?.first ?? next,
      records: countOf(waiting),
      bytes: waiting.reduce((sum, range) => sum + log.bytesIn(range), 0),
      ...(oldestAt !== undefined && { oldestAt }),
      isOrphan: orphans.has(name),
    }
  })
}

/** Destinations that the program, when it ran last, told of as not configured. */
async function orphansOf(dataFolder: string, pipeline: string): Promise<ReadonlySet<string>> {
  const ignore = (): void => undefined
  const quiet = { debug: ignore, info: ignore, warn: ignore, error: ignore }
  const { alarms } = await queueAlarmFile(queueAlarmPath(dataFolder), quiet).load()
  const raised = alarms.filter(({ key, condition }) => key.alarmType === 'queue_orphan' && condition === 'raised')
  const ofPipeline = raised.filter(({ key }) => key.qualifier.startsWith(`${pipeline}/`))
  return new Set(ofPipeline.map(({ key }) => key.qualifier.slice(pipeline.length + 1)))
}

async function asideIn<Why extends object, Seen extends object>(
  folder: string,
  see: (aside: Aside<Why>) => Seen,
): Promise<readonly (Why & Seen & { readonly name: string })[]> {
  const found: (Why & Seen & { readonly name: string })[] = []
  for await (const aside of readAside<Why>(nodeFileSystem, folder))
    found.push({ ...aside.why, ...see(aside), name: aside.name })
  return found
}

async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  const sizes = await Promise.all(files.map(async (file) => (await stat(file).catch(() => undefined))?.size ?? 0))
  return sizes.reduce((sum, size) => sum + size, 0)
}
