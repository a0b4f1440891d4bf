import type { SequenceRange, TelemetryRecord } from '@headwatch/protocol'
import type { Clock } from '@headwatch/sdk'
import type { TakeLimits } from '../queue.ts'
import { errorCodeOf } from './disk-error.ts'
import type { FetchRun } from './disk-log.ts'
import type { FileSystem } from './file-system.ts'
import { unpackRecord } from './record-codec.ts'
import type { Segment } from './segment.ts'
import { frameHeaderBytes } from './segment-format.ts'
import { walkRecords } from './walk-records.ts'

/** Something in a segment that cannot be read any more. */
export interface Unreadable extends SequenceRange {
  readonly segment: Segment
  readonly reason: 'damaged' | 'no_record'
  readonly offset: number
  readonly bytes: number
}

export interface SegmentReaderParts {
  readonly files: FileSystem
  readonly clock: Clock
  /** Numbers are lost. They have to be holes when this returns, so that nobody asks for them again. */
  readonly lost: (unreadable: Unreadable) => void
  /** A file cannot be read just now. */
  readonly failing: (error: unknown) => void
}

const readAgainMs = 1_000

/** Reads of a segment that fail with an error of the disk before what can be had of it is taken. */
const maxDiskErrors = 3

/** Fetches runs from segment files, which are opened for the moment only. */
export function segmentReader(parts: SegmentReaderParts): FetchRun {
  const errors = new Map<string, number>()
  return async (segment, range, limits, signal) => {
    const failed = errors.get(segment.path) ?? 0
    try {
      const records = await fetchRun(parts, segment, range, limits, failed >= maxDiskErrors)
      errors.delete(segment.path)
      return records
    } catch (error) {
      parts.failing(error)
      if (errorCodeOf(error) === 'EIO') errors.set(segment.path, failed + 1)
      if (failed + 1 < maxDiskErrors) await parts.clock.sleep(readAgainMs, signal).catch(() => undefined)
      return undefined
    }
  }
}

/** Empty when the first record is lost: it is a hole then. */
async function fetchRun(
  parts: SegmentReaderParts,
  segment: Segment,
  range: SequenceRange,
  limits: TakeLimits,
  isSalvage: boolean,
) {
  const records: TelemetryRecord[] = []
  let bytes = 0
  const from = segment.readFrom(range.first)
  const file = await parts.files.open(segment.path, 'read')
  // What will be taken, and the few records from the one whose place is known to the first of them.
  const reach = range.first + BigInt(limits.records) - 1n
  const wanted = segment.bytesIn({ first: range.first, last: reach < range.last ? reach : range.last })
  const chunkBytes = Math.min(limits.bytes, wanted) + 16 * 1024
  const walk = {
    salt: segment.header.salt,
    from: from.offset,
    to: segment.end,
    expected: from.sequence,
    chunkBytes,
    isSalvage,
  }
  try {
    await walkRecords(file, walk, {
      record(sequence, offset, payload) {
        if (sequence < range.first) return true
        const frameBytes = payload.byteLength + frameHeaderBytes
        if (sequence > range.last || (records.length > 0 && bytes + frameBytes > limits.bytes)) return false
        if (sequence !== range.first + BigInt(records.length)) return false
        const record = unpackRecord(payload)
        if (record === undefined) {
          parts.lost({ segment, first: sequence, last: sequence, reason: 'no_record', offset, bytes: frameBytes })
          return false
        }
        bytes += frameBytes
        return records.push(record) < limits.records
      },
      damage({ offset, bytes: damaged, first, last = segment.next - 1n }) {
        if (first <= last) parts.lost({ segment, first, last, reason: 'damaged', offset, bytes: damaged })
      },
    })
  } finally {
    await file.close()
  }
  return records
}
