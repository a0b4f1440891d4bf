import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { GapReason, SequenceRange, Source } from '@headwatch/protocol'
import { type FileSystem, readWhole, replaceFile } from './file-system.ts'
import type { Hole } from './holes.ts'
import { formatVersion } from './segment-format.ts'
import type { SourceSpan } from './source-spans.ts'

/** A destination's place: everything below `cursor` is settled, and these ranges above it. */
export interface SavedPlace {
  readonly cursor: bigint
  readonly settled: readonly SequenceRange[]
  /** For how long to keep what it has got, see `ReaderOptions`. */
  readonly wrap?: { readonly bytes: number; readonly ageMs: number }
}

/** What a queue remembers beside its records. All of it may be older than the truth, none of it ahead. */
export interface Bookkeeping {
  /** The number the next record will get. */
  readonly next: bigint
  /** What stood below this number was given up. */
  readonly floor: bigint
  /** The newest segment file there has to be; undefined when there need be none. */
  readonly newestSegment: bigint | undefined
  /** Written at the end, after the last record. */
  readonly isClosed: boolean
  /** How long the queue has been open in all, in milliseconds. */
  readonly operatingMs: number
  readonly sources: readonly SourceSpan[]
  readonly holes: readonly Hole[]
  readonly quarantinedRecords: number
  readonly places: ReadonlyMap<string, SavedPlace>
}

export type ReadBookkeeping =
  | { readonly is: 'good'; readonly bookkeeping: Bookkeeping; readonly bytes: number }
  | { readonly is: 'newer'; readonly version: number }
  | { readonly is: 'absent' | 'damaged' }

export const cursorFileName = 'cursors.json'
export const cursorTemporaryName = 'cursors.json.new'

export async function readCursorFile(files: FileSystem, folder: string): Promise<ReadBookkeeping> {
  let bytes: Buffer
  try {
    bytes = await readWhole(files, join(folder, cursorFileName))
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return { is: 'absent' }
    throw error
  }
  return decodeBookkeeping(bytes)
}

/** Puts the file in place whole. */
export async function writeCursorFile(files: FileSystem, folder: string, bytes: Buffer): Promise<void> {
  const place = { folder, path: join(folder, cursorFileName), temporary: join(folder, cursorTemporaryName) }
  await replaceFile(files, place, bytes)
}

/** One line: the CRC-32 of the JSON text behind it, eight digits, a space, the text. */
export function encodeBookkeeping(bookkeeping: Bookkeeping): Buffer {
  const { places, newestSegment, ...rest } = bookkeeping
  const destinations = Object.fromEntries(places)
  const text = JSON.stringify(
    { format: formatVersion, ...rest, newestSegment: newestSegment ?? null, destinations },
    plain,
  )
  return Buffer.from(`${sumOf(text)} ${text}\n`)
}

function decodeBookkeeping(bytes: Buffer): ReadBookkeeping {
  const line = bytes.toString('utf8')
  const text = line.slice(9, -1)
  if (line.at(-1) !== '\n' || line[8] !== ' ' || line.slice(0, 8) !== sumOf(text)) return { is: 'damaged' }
  const saved = JSON.parse(text) as Saved
  if (saved.format > formatVersion) return { is: 'newer', version: saved.format }
  return { is: 'good', bytes: bytes.byteLength, bookkeeping: restored(saved) }
}

type SavedRange = { readonly first: string; readonly last: string }

/** As in the file: numbers are decimal text. */
interface Saved {
  readonly format: number
  readonly next: string
  readonly floor: string
  readonly newestSegment: string | null
  readonly isClosed: boolean
  readonly operatingMs: number
  readonly sources: readonly { readonly from: string; readonly source: Source }[]
  readonly holes: readonly (SavedRange & { readonly reason: GapReason })[]
  readonly quarantinedRecords: number
  readonly destinations: Readonly<Record<string, SavedDestination>>
}

interface SavedDestination {
  readonly cursor: string
  readonly settled: readonly SavedRange[]
  readonly wrap?: { readonly bytes: number; readonly ageMs: number }
}

function restored(saved: Saved): Bookkeeping {
  const { next, floor, newestSegment, isClosed, operatingMs, quarantinedRecords } = saved
  const places = Object.entries(saved.destinations).map(
    ([name, { cursor, settled, ...rest }]) =>
      [name, { ...rest, cursor: BigInt(cursor), settled: settled.map(rangeFrom) }] as const,
  )
  return {
    next: BigInt(next),
    floor: BigInt(floor),
    newestSegment: newestSegment === null ? undefined : BigInt(newestSegment),
    isClosed,
    operatingMs,
    quarantinedRecords,
    sources: saved.sources.map(({ from, source }) => ({ from: BigInt(from), source })),
    holes: saved.holes.map(({ reason, ...range }) => ({ ...rangeFrom(range), reason })),
    places: new Map(places),
  }
}

function rangeFrom({ first, last }: SavedRange): SequenceRange {
  return { first: BigInt(first), last: BigInt(last) }
}

function plain(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}

function sumOf(text: string): string {
  return crc32(text).toString(16).padStart(8, '0')
}
