import { basename } from 'node:path'
import type { SequenceRange } from '@headwatch/protocol'
import { readCursorFile } from './cursor-file.ts'
import type { FileSystem } from './file-system.ts'
import { checkIsQueue } from './folder-check.ts'
import { nodeFileSystem } from './node-file-system.ts'
import { readHeaders, type SegmentFile } from './read-segments.ts'
import { unpackRecord } from './record-codec.ts'
import { walkRecords } from './walk-records.ts'

/** Something in a file that is no record. */
export interface Finding extends Partial<SequenceRange> {
  readonly file: string
  /** `torn`: behind the last record of a file, as a crash leaves it, and no number is missing by it. */
  readonly what: 'no_header' | 'damaged' | 'no_record' | 'torn'
  readonly offset: number
  readonly bytes: number
}

export interface Verification {
  readonly records: number
  readonly bytes: number
  readonly findings: readonly Finding[]
}

export interface VerifyOptions {
  /** Called after each file. */
  readonly progress?: (doneBytes: number, totalBytes: number) => void
  readonly signal?: AbortSignal
  readonly files?: FileSystem
}

/**
 * Reads every record of a folder, down to its fields, and changes nothing.
 *
 * @throws {RejectedError} it is no queue, or one of a newer version.
 */
export async function verifyQueue(folder: string, options: VerifyOptions = {}): Promise<Verification> {
  const { files = nodeFileSystem, progress, signal } = options
  await checkIsQueue(files, folder)
  const found = await readHeaders(files, folder)
  const cursors = await readCursorFile(files, folder)
  const next = cursors.is === 'good' ? cursors.bookkeeping.next : undefined
  const totalBytes = found.reduce((sum, { bytes }) => sum + bytes, 0)
  const findings: Finding[] = []
  let records = 0
  let doneBytes = 0
  for (const [index, segment] of found.entries()) {
    signal?.throwIfAborted()
    const end = found[index + 1]?.first ?? next
    records += await verifyFile(files, segment, end, index < found.length - 1, (finding) => findings.push(finding))
    doneBytes += segment.bytes
    progress?.(doneBytes, totalBytes)
  }
  return { records, bytes: totalBytes, findings }
}

/** `end`: the number behind the last that the file has to have, as far as that is known. Returns how many records there are. */
async function verifyFile(
  files: FileSystem,
  { path, bytes, header }: SegmentFile,
  end: bigint | undefined,
  isFollowed: boolean,
  report: (finding: Finding) => void,
): Promise<number> {
  const file = basename(path)
  if (header.is !== 'good') {
    report({ file, what: 'no_header', offset: 0, bytes })
    return 0
  }
  let records = 0
  const open = await files.open(path, 'read')
  const walk = {
    salt: header.header.salt,
    from: header.bytes,
    to: bytes,
    expected: header.header.first,
    isSalvage: true,
  }
  try {
    await walkRecords(open, walk, {
      record(sequence, offset, payload) {
        if (isFollowed && end !== undefined && sequence >= end) return false
        records++
        if (unpackRecord(payload) === undefined)
          report({ file, what: 'no_record', offset, bytes: payload.byteLength, first: sequence, last: sequence })
        return true
      },
      damage({ offset, bytes: damaged, first, last }) {
        const lastMissing = last ?? (end ?? first) - 1n
        if (last === undefined && lastMissing < first) report({ file, what: 'torn', offset, bytes: damaged })
        else report({ file, what: 'damaged', offset, bytes: damaged, first, last: lastMissing })
      },
    })
  } finally {
    await open.close()
  }
  return records
}
