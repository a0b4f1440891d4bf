import { join } from 'node:path'
import { type FileSystem, readThrough } from './file-system.ts'
import { unpackRecord } from './record-codec.ts'
import { Segment } from './segment.ts'
import { firstInName, frameHeaderBytes, headerReach, type ReadHeader, readHeader } from './segment-format.ts'
import type { Unreadable } from './segment-reader.ts'
import { type WalkVisitor, walkRecords } from './walk-records.ts'

/** A file that by its name is a segment and has no header that can be read. */
export interface Headless {
  readonly path: string
  readonly bytes: number
  /** By its name. */
  readonly first: bigint
}

export interface ReadSegments {
  /** Ascending, disjoint. */
  readonly segments: readonly Segment[]
  readonly damaged: readonly Unreadable[]
  readonly headless: readonly Headless[]
  /** Files without a record. */
  readonly empty: readonly string[]
  /** What stands behind the last record of the newest segment. */
  readonly torn: { readonly segment: Segment; readonly bytes: number } | undefined
}

/** A segment file, as far as its header says. */
export interface SegmentFile {
  readonly path: string
  readonly first: bigint
  readonly bytes: number
  readonly header: ReadHeader
}

/** The headers of the segment files of a folder. */
export async function readHeaders(files: FileSystem, folder: string): Promise<readonly SegmentFile[]> {
  const found: SegmentFile[] = []
  for (const name of await files.list(folder)) {
    const first = firstInName(name)
    if (first === undefined) continue
    const path = join(folder, name)
    const file = await files.open(path, 'read')
    try {
      const head = Buffer.alloc(headerReach)
      const header = readHeader(head.subarray(0, await readThrough(file, head, 0)))
      found.push({ path, first: header.is === 'good' ? header.header.first : first, bytes: await file.size(), header })
    } finally {
      await file.close()
    }
  }
  return found.sort((a, b) => (a.first < b.first ? -1 : 1))
}

/**
 * Reads every record of a folder. What a file has at or above the first number of the one that follows was never promised, and is
 * passed over; `end` is where the log is known to end.
 */
export async function readSegments(files: FileSystem, folder: string, end?: bigint): Promise<ReadSegments> {
  const found = await readHeaders(files, folder)
  const segments: Segment[] = []
  const damaged: Unreadable[] = []
  const headless: Headless[] = []
  const empty: string[] = []
  for (const [index, file] of found.entries()) {
    const behind = found[index + 1]
    const read = await readSegment(files, file, behind, end)
    if (read === undefined) headless.push(file)
    else if (read.segment.isEmpty) empty.push(file.path)
    else segments.push(read.segment)
    damaged.push(...(read?.damaged ?? []))
    // Only of the newest can it be that a write was cut short.
    if (behind === undefined) return { segments, damaged, headless, empty, torn: tornEnd(read?.segment, end) }
  }
  return { segments, damaged, headless, empty, torn: undefined }
}

/** Undefined where there is no header. */
async function readSegment(
  files: FileSystem,
  { path, bytes, header }: SegmentFile,
  behind: SegmentFile | undefined,
  end: bigint | undefined,
) {
  if (header.is !== 'good') return undefined
  const segment = new Segment(path, header.header, header.bytes)
  segment.fileBytes = bytes
  segment.endedMs = (behind?.header.is === 'good' ? behind.header : header).header.operatingMs
  return { segment, damaged: await readRecords(files, segment, behind?.first ?? end) }
}

function tornEnd(newest: Segment | undefined, end: bigint | undefined): ReadSegments['torn'] {
  if (newest === undefined || newest.next === end || newest.end >= newest.fileBytes) return undefined
  return { segment: newest, bytes: newest.fileBytes - newest.end }
}

/** Takes in the records below `before`. Returns what is damaged between them. */
async function readRecords(
  files: FileSystem,
  segment: Segment,
  before: bigint | undefined,
): Promise<readonly Unreadable[]> {
  const damaged: Unreadable[] = []
  const { first: expected, end: from, fileBytes: to } = segment
  const walk = { salt: segment.header.salt, from, to, expected, isSalvage: true }
  const file = await files.open(segment.path, 'read')
  const visitor: WalkVisitor = {
    record(sequence, _offset, payload) {
      if (before !== undefined && sequence >= before) return false
      segment.add(sequence, frameHeaderBytes + payload.byteLength, () => unpackRecord(payload)?.at ?? 0)
      return true
    },
    damage({ offset, bytes, first, last }) {
      // Behind the last record a file that is not the newest may have what was given up while it was written.
      const end = last ?? (before ?? first) - 1n
      if (end >= first) damaged.push({ segment, first, last: end, reason: 'damaged', offset, bytes })
      if (end >= first || last !== undefined) segment.skip(bytes, end + 1n)
    },
  }
  try {
    await walkRecords(file, walk, visitor)
  } finally {
    await file.close()
  }
  return damaged
}
