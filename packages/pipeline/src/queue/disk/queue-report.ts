import { basename, join } from 'node:path'
import type { SequenceRange, Source, UnixMs } from '@headwatch/protocol'
import { type Aside, readAside } from './aside-folder.ts'
import { readCursorFile } from './cursor-file.ts'
import { DiskLog } from './disk-log.ts'
import type { FileSystem } from './file-system.ts'
import { checkIsQueue, quarantineName, refusedName } from './folder-check.ts'
import type { Hole } from './holes.ts'
import { nodeFileSystem } from './node-file-system.ts'
import { countOf } from './place.ts'
import { Places } from './places.ts'
import type { QuarantineWhy } from './quarantine.ts'
import { type Recovered, recover } from './recovery.ts'
import { type RefusedWhy, refusedRecordsOf } from './refused-records.ts'

/** What stands in a queue's folder. Of one in use it is a moment's picture, which may not quite fit together. */
export interface QueueReport {
  readonly folder: string
  /** Whether it was left in order the last time, or is in use. */
  readonly isClosed: boolean
  readonly next: bigint
  /** Who numbers, from which number on; the last is the one of now. */
  readonly sources: readonly { readonly from: bigint; readonly source: Source }[]
  readonly segments: readonly SegmentReport[]
  readonly destinations: readonly DestinationReport[]
  readonly holes: readonly Hole[]
  /** Bytes of segments, quarantine and refused records. */
  readonly bytes: number
  readonly quarantinedRecords: number
  readonly quarantine: readonly (QuarantineWhy & { readonly name: string })[]
  readonly refused: readonly (RefusedWhy & {
    readonly name: string
    readonly records: number
    readonly bytes: number
  })[]
}

export interface SegmentReport extends SequenceRange {
  readonly file: string
  readonly source: Source
  readonly bytes: number
  /** When its first record was true. */
  readonly oldestAt: UnixMs
}

export interface DestinationReport {
  readonly destination: string
  /** The lowest number it has not got. */
  readonly cursor: bigint
  readonly records: number
  readonly bytes: number
  readonly oldestAt?: UnixMs
  readonly wrap?: { readonly bytes: number; readonly ageMs: number }
}

/**
 * Reads a folder and changes nothing in it.
 *
 * @throws {RejectedError} it is no queue, or one of a newer version.
 */
export async function inspectQueue(folder: string, files: FileSystem = nodeFileSystem): Promise<QueueReport> {
  await checkIsQueue(files, folder)
  const found = await recover(files, { folder, source: nobody, firstSequence: 1n })
  const saved = await readCursorFile(files, folder)
  const quarantine = await all(readAside<QuarantineWhy>(files, join(folder, quarantineName)))
  const refused = await all(readAside<RefusedWhy>(files, join(folder, refusedName)))
  const asideBytes = [...quarantine, ...refused].reduce((sum, { bytes }) => sum + bytes, 0)
  return {
    folder,
    isClosed: saved.is === 'good' && saved.bookkeeping.isClosed && found.found.isClean,
    next: found.next,
    sources: found.sources.all.filter(({ source }) => source !== nobody),
    segments: found.segments.map((segment) => ({
      ...segment.range,
      file: basename(segment.path),
      source: segment.source,
      bytes: segment.fileBytes,
      oldestAt: segment.index.entryFor(0).at,
    })),
    destinations: destinationsOf(found),
    holes: found.holes.all,
    bytes: found.segments.reduce((sum, { fileBytes }) => sum + fileBytes, asideBytes),
    quarantinedRecords: found.quarantinedRecords,
    quarantine: quarantine.map(({ name, why }) => ({ ...why, name })),
    refused: refused.map((aside) => ({
      ...aside.why,
      name: aside.name,
      records: refusedRecordsOf(aside).length,
      bytes: aside.bytes,
    })),
  }
}

const nobody: Source = { agent: '', stream: '', epoch: '' }

function destinationsOf(found: Recovered): readonly DestinationReport[] {
  const log = new DiskLog({ ...found, fetch: async () => undefined, freshBytes: 0 })
  return new Places(found.places, found.next, found.holes).all.map((place) => {
    const waiting = place.open.flatMap((range) => found.holes.outside(range))
    const oldestAt = log.atOf(waiting[0]?.first ?? found.next)
    return {
      destination: place.name,
      cursor: place.open[0]?.first ?? found.next,
      records: countOf(waiting),
      bytes: waiting.reduce((sum, range) => sum + log.bytesIn(range), 0),
      ...(oldestAt !== undefined && { oldestAt }),
      ...(place.wrap !== undefined && { wrap: place.wrap }),
    }
  })
}

async function all<Why>(asides: AsyncIterable<Aside<Why>>) {
  const found: (Aside<Why> & { readonly bytes: number })[] = []
  for await (const aside of asides) found.push({ ...aside, bytes: aside.body.byteLength + aside.headBytes })
  return found
}
