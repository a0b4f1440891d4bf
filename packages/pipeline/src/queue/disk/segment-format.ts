import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Source } from '@headwatch/protocol'

/*
 * A segment is a file of records with ascending numbers, each one above the one before. Integers are little-endian.
 *
 *   header   twice, the same
 *     8  magic           "HWQUEUE" and a line feed
 *     2  version         1
 *     2  length          of one header, checksum and all
 *     4  salt            where the checksums of this segment's records begin
 *     8  first           number of the first record
 *     8  operating time  of the queue when the segment was begun, in milliseconds
 *     2  length of the agent's name in bytes, then the name in UTF-8; in the same way the stream and the epoch
 *     4  CRC-32          of the header before it
 *   record   again and again
 *     4  length          of what follows the checksum: 9 and the payload
 *     4  CRC-32          of what follows, beginning with the salt
 *     8  sequence        the record's number
 *     1  flags           0
 *     …  payload         the record, see record-codec.ts
 *
 * A file is named after its first number, 16 hexadecimal digits and ".seg". Nothing in a segment is ever changed but its end. The salt keeps
 * a record of another file, which a disk may show where a write did not arrive, from being taken for one of this file.
 * The whole folder: docs/queue-format.md.
 */

export const formatVersion = 1

/** No record is longer than this, header and all. */
export const maxFrameBytes = 16 * 1024 * 1024

/** No number is greater: what reads 64 bits as signed reads them all. */
export const maxSequence = 2n ** 63n - 1n

export const frameHeaderBytes = 17
const checksummedFrom = 8
const magic = Buffer.from('HWQUEUE\n', 'latin1')
const fixedHeaderBytes = 32
const maxHeaderBytes = 4_096
const maxNameBytes = 1_024

export interface SegmentHeader {
  readonly source: Source
  readonly first: bigint
  readonly salt: number
  readonly operatingMs: number
}

export type ReadHeader =
  | { readonly is: 'good'; readonly header: SegmentHeader /** Where records begin. */; readonly bytes: number }
  | { readonly is: 'newer'; readonly version: number }
  | { readonly is: 'damaged' /** Whether anything in it says that it is one of ours. */; readonly isOurs: boolean }

export function newSalt(): number {
  return randomBytes(4).readUInt32LE()
}

export function segmentName(first: bigint): string {
  return `${first.toString(16).padStart(16, '0')}.seg`
}

/** The number a segment file is named after; undefined for other names. */
export function firstInName(name: string): bigint | undefined {
  const digits = /^([0-9a-f]{16})\.seg$/.exec(name)?.[1]
  return digits === undefined ? undefined : BigInt(`0x${digits}`)
}

export function encodeHeader({ source, first, salt, operatingMs }: SegmentHeader): Buffer {
  const fixed = Buffer.alloc(fixedHeaderBytes)
  magic.copy(fixed)
  fixed.writeUInt16LE(formatVersion, 8)
  fixed.writeUInt32LE(salt, 12)
  fixed.writeBigUInt64LE(first, 16)
  fixed.writeBigUInt64LE(BigInt(Math.round(operatingMs)), 24)
  const body = Buffer.concat([fixed, ...[source.agent, source.stream, source.epoch].flatMap(encodeName)])
  body.writeUInt16LE(body.byteLength + 4, 10)
  const sum = Buffer.alloc(4)
  sum.writeUInt32LE(crc32(body))
  return Buffer.concat([body, sum, body, sum])
}

/** The most that `readHeader` has to see of a file. */
export const headerReach = 2 * maxHeaderBytes

/** Reads the header from the beginning of a file: whichever of the two is whole. */
export function readHeader(bytes: Buffer): ReadHeader {
  const first = readCopy(bytes, 0)
  if (first.is === 'newer') return first
  if (first.is === 'good') return { ...first, bytes: first.bytes * 2 }
  const at = bytes.subarray(0, headerReach).indexOf(magic, 1)
  const second = at === -1 ? first : readCopy(bytes, at)
  if (second.is === 'good') return { ...second, bytes: at + second.bytes }
  return { is: 'damaged', isOurs: at !== -1 || bytes.subarray(0, 8).equals(magic) }
}

function readCopy(bytes: Buffer, at: number): ReadHeader {
  const damaged = { is: 'damaged', isOurs: false } as const
  if (bytes.byteLength < at + fixedHeaderBytes || !bytes.subarray(at, at + 8).equals(magic)) return damaged
  const length = bytes.readUInt16LE(at + 10)
  const end = at + length
  if (length < fixedHeaderBytes + 10 || length > maxHeaderBytes || end > bytes.byteLength) return damaged
  if (crc32(bytes.subarray(at, end - 4)) !== bytes.readUInt32LE(end - 4)) return damaged
  const version = bytes.readUInt16LE(at + 8)
  if (version > formatVersion) return { is: 'newer', version }
  const names = decodeNames(bytes.subarray(at + fixedHeaderBytes, end - 4))
  if (names === undefined) return damaged
  const header = {
    source: { agent: names[0] ?? '', stream: names[1] ?? '', epoch: names[2] ?? '' },
    first: bytes.readBigUInt64LE(at + 16),
    salt: bytes.readUInt32LE(at + 12),
    operatingMs: Number(bytes.readBigUInt64LE(at + 24)),
  }
  return { is: 'good', header, bytes: length }
}

function encodeName(name: string): readonly Buffer[] {
  const text = Buffer.from(name)
  if (text.byteLength > maxNameBytes) throw new RangeError(`a name of ${text.byteLength} bytes is too long for a queue`)
  const length = Buffer.alloc(2)
  length.writeUInt16LE(text.byteLength)
  return [length, text]
}

function decodeNames(bytes: Buffer): readonly string[] | undefined {
  const names: string[] = []
  let at = 0
  while (names.length < 3) {
    if (at + 2 > bytes.byteLength) return undefined
    const end = at + 2 + bytes.readUInt16LE(at)
    if (end > bytes.byteLength) return undefined
    names.push(bytes.toString('utf8', at + 2, end))
    at = end
  }
  return names
}

/** Writes a record at `at`; `into` must have room for `frameHeaderBytes` and the payload. */
export function writeFrame(into: Buffer, at: number, sequence: bigint, payload: Uint8Array, salt: number): void {
  const end = at + frameHeaderBytes + payload.byteLength
  into.writeUInt32LE(end - at - checksummedFrom, at)
  into.writeBigUInt64LE(sequence, at + 8)
  into[at + 16] = 0
  into.set(payload, at + frameHeaderBytes)
  into.writeUInt32LE(crc32(into.subarray(at + checksummedFrom, end), salt), at + 4)
}

export interface FrameHead {
  /** Of the whole record, header and all. */
  readonly bytes: number
  readonly sequence: bigint
}

/** The head of the record at `at`, of which `frameHeaderBytes` must be there; undefined where none can be. */
export function readFrameHead(bytes: Buffer, at: number): FrameHead | undefined {
  const length = bytes.readUInt32LE(at)
  if (length < frameHeaderBytes - checksummedFrom || length > maxFrameBytes - checksummedFrom) return undefined
  return { bytes: length + checksummedFrom, sequence: bytes.readBigUInt64LE(at + 8) }
}

/** Whether the record at `at`, which lies wholly in `bytes`, is as it was written. */
export function isSoundFrame(bytes: Buffer, at: number, frameBytes: number, salt: number): boolean {
  return crc32(bytes.subarray(at + checksummedFrom, at + frameBytes), salt) === bytes.readUInt32LE(at + 4)
}
