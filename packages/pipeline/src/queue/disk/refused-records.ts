import type { Source, TelemetryRecord } from '@headwatch/protocol'
import type { QueueReader } from '../queue.ts'
import type { Aside, AsideFolder } from './aside-folder.ts'
import { packRecord, unpackRecord } from './record-codec.ts'
import { frameHeaderBytes, readFrameHead, writeFrame } from './segment-format.ts'
import type { SourceSpans } from './source-spans.ts'

/** Why records were refused, and whose they are. */
export interface RefusedWhy {
  readonly destination: string
  readonly reason: string
  /** When, by the clock of this machine. */
  readonly at: number
  readonly source: Source
}

type Numbered = Parameters<QueueReader['setAside']>[0]

const maxFileBytes = 256 * 1024

/**
 * Keeps records that a destination refused, framed like those of a segment, with a salt of 0.
 *
 * @throws what the file system throws.
 */
export async function asideRefused(
  folder: AsideFolder,
  sources: SourceSpans,
  records: Numbered,
  about: Omit<RefusedWhy, 'source'>,
  room: () => number,
): Promise<void> {
  for (const part of inParts(records)) {
    const [first] = part
    if (first === undefined) continue
    const { source } = sources.headOf({ first: first.sequence, last: first.sequence })
    const why: RefusedWhy = { ...about, source }
    await folder.keep(why, Buffer.concat(part.map(({ frame }) => frame)), room())
  }
}

/** The records of a file that `asideRefused` wrote. */
export function refusedRecordsOf({
  body,
}: Aside<RefusedWhy>): readonly { sequence: bigint; record: TelemetryRecord }[] {
  const records: { sequence: bigint; record: TelemetryRecord }[] = []
  for (let at = 0; at + frameHeaderBytes <= body.byteLength; ) {
    const head = readFrameHead(body, at)
    if (head === undefined) break
    const record = unpackRecord(body.subarray(at + frameHeaderBytes, at + head.bytes))
    if (record !== undefined) records.push({ sequence: head.sequence, record })
    at += head.bytes
  }
  return records
}

interface FramedRecord {
  readonly sequence: bigint
  readonly frame: Buffer
}

function* inParts(records: Numbered): Generator<readonly FramedRecord[]> {
  let part: FramedRecord[] = []
  let bytes = 0
  for (const { sequence, record } of records) {
    const payload = packRecord(record)
    const frame = Buffer.alloc(frameHeaderBytes + payload.byteLength)
    writeFrame(frame, 0, sequence, payload, 0)
    if (bytes > 0 && bytes + frame.byteLength > maxFileBytes) {
      yield part
      part = []
      bytes = 0
    }
    part.push({ sequence, frame })
    bytes += frame.byteLength
  }
  if (part.length > 0) yield part
}
