import { basename } from 'node:path'
import { cursorFileName, readCursorFile } from '../disk/cursor-file.ts'
import { nodeFileSystem } from '../disk/node-file-system.ts'
import { readHeaders, type SegmentFile } from '../disk/read-segments.ts'
import { unpackRecord } from '../disk/record-codec.ts'
import { walkRecords } from '../disk/walk-records.ts'

/** Something that is not as it was written. */
export interface QueueFault {
  readonly file: string
  readonly offset: number
  readonly bytes: number
  /** What it is, in words. */
  readonly what: string
}

export interface QueueVerification {
  readonly records: number
  readonly bytes: number
  readonly faults: readonly QueueFault[]
}

/** Bytes read so far, of all there are. */
export type OnProgress = (read: number, total: number) => void

/** Reads every record of a queue's folder, and changes nothing in it. @throws what the file system throws. */
export async function verifyQueue(folder: string, onProgress: OnProgress): Promise<QueueVerification> {
  const segments = await readHeaders(nodeFileSystem, folder)
  const total = segments.reduce((sum, { bytes }) => sum + bytes, 0)
  const faults: QueueFault[] = []
  let records = 0
  let before = 0
  for (const [index, segment] of segments.entries()) {
    const fault = (fault: Omit<QueueFault, 'file'>) => void faults.push({ file: basename(segment.path), ...fault })
    const isNewest = index === segments.length - 1
    records += await verifySegment(segment, isNewest, fault, (read) => onProgress(before + read, total))
    before += segment.bytes
  }
  if ((await readCursorFile(nodeFileSystem, folder)).is === 'damaged')
    faults.push({ file: cursorFileName, offset: 0, bytes: 0, what: 'where destinations stand cannot be read' })
  onProgress(total, total)
  return { records, bytes: total, faults }
}

/** Returns how many records are sound. */
async function verifySegment(
  { path, header, bytes }: SegmentFile,
  isNewest: boolean,
  onFault: (fault: Omit<QueueFault, 'file'>) => void,
  onRead: (bytes: number) => void,
): Promise<number> {
  if (header.is !== 'good') {
    onFault({ offset: 0, bytes, what: 'it does not begin as a segment does' })
    return 0
  }
  let records = 0
  const file = await nodeFileSystem.open(path, 'read')
  try {
    const { salt, first } = header.header
    await walkRecords(
      file,
      { salt, from: header.bytes, to: bytes, expected: first },
      {
        record(sequence, offset, payload) {
          if (unpackRecord(payload) === undefined)
            onFault({ offset, bytes: payload.byteLength, what: `number ${sequence} is no record` })
          else records++
          onRead(offset)
          return true
        },
        damage({ offset, bytes: damaged, first: lowest, last }) {
          // The last write of a program that was killed, or of one that is at work: it was promised to nobody.
          if (last === undefined && isNewest) return
          onFault({
            offset,
            bytes: damaged,
            what: `damaged from number ${lowest}${last === undefined ? '' : ` to ${last}`}`,
          })
        },
      },
    )
  } finally {
    await file.close()
  }
  return records
}
