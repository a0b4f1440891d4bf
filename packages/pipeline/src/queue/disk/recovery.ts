import { randomUUID } from 'node:crypto'
import { openParts, type SequenceRange, type Source } from '@headwatch/protocol'
import { type Bookkeeping, readCursorFile, type SavedPlace } from './cursor-file.ts'
import type { FileSystem } from './file-system.ts'
import { Holes } from './holes.ts'
import { countOf, openAfter, unionOf } from './place.ts'
import { unclaimed } from './places.ts'
import { type Headless, type ReadSegments, readSegments } from './read-segments.ts'
import type { Segment } from './segment.ts'
import type { Unreadable } from './segment-reader.ts'
import { type SourceSpan, SourceSpans } from './source-spans.ts'

/** What a folder holds, and what was found wrong with it. */
export interface Recovered {
  readonly segments: readonly Segment[]
  readonly next: bigint
  readonly sources: SourceSpans
  readonly holes: Holes
  readonly places: ReadonlyMap<string, SavedPlace>
  readonly floor: bigint
  readonly operatingMs: number
  readonly quarantinedRecords: number
  readonly cursorBytes: number
  readonly found: Found
}

/** What was found wrong. None of it stops a queue. */
export interface Found {
  /** Damage that was not known before, and that somebody waits for. */
  readonly damaged: readonly Unreadable[]
  /** Files without a header. */
  readonly headless: readonly Headless[]
  /** Files without a record. */
  readonly empty: readonly string[]
  /** Records that somebody waits for and that no file has. */
  readonly lostRecords: number
  /** Bytes of the newest segment behind its last record: a write that a crash cut short. */
  readonly torn: { readonly segment: Segment; readonly bytes: number } | undefined
  /** Whether numbers go on under the same epoch: nothing but a clean end was found. */
  readonly isClean: boolean
}

export interface RecoveryOptions {
  readonly folder: string
  /** Who numbers from now on; the epoch is used where a new one begins. */
  readonly source: Source
  /** The number of the first record ever. */
  readonly firstSequence: bigint
}

/**
 * Reads a folder, changing nothing in it.
 *
 * @throws what the file system throws.
 */
export async function recover(files: FileSystem, options: RecoveryOptions): Promise<Recovered> {
  const cursors = await readCursorFile(files, options.folder)
  const saved = cursors.is === 'good' ? cursors.bookkeeping : undefined
  const read = await readSegments(files, options.folder, saved?.isClosed === true ? saved.next : undefined)
  const next = nextAfter(read, saved, options.firstSequence)
  const { segments, headless } = read
  const { places, holes, floor, operatingMs, quarantinedRecords } = saved ?? withoutBookkeeping(read)
  const known = new Holes()
  for (const hole of holes) known.add(hole)
  const open = unionOf(
    [...places.values()].map((place) => openAfter(place, next)),
    floor,
  )
  const wrong = wrongIn(read, open, known, next)
  const isNew = cursors.is === 'absent' && segments.length === 0 && headless.length === 0
  const isClean = isNew || (wrong.isSound && saved !== undefined && hasNewest(saved, segments))
  return {
    segments,
    next,
    places,
    floor,
    operatingMs,
    quarantinedRecords,
    holes: known,
    sources: sourcesOf(read, saved, { ...options, next, isClean }),
    cursorBytes: cursors.is === 'good' ? cursors.bytes : 0,
    found: { ...read, ...wrong, isClean },
  }
}

/** What is missing or damaged of what is open. Makes holes of it. */
function wrongIn(read: ReadSegments, open: readonly SequenceRange[], holes: Holes, next: bigint) {
  const damaged = [...read.damaged, ...tornRecords(read, next)].filter((damage) => isNews(damage, open, holes))
  for (const range of [...damaged, ...headlessRanges(read, next)])
    for (const part of within(open, range)) holes.add({ ...part, reason: 'quarantined' })
  const lost = missingFrom(open, read.segments).flatMap((range) => holes.add({ ...range, reason: 'lost' }))
  const isSound = damaged.length + lost.length + read.headless.length === 0 && read.torn === undefined
  return { damaged, lostRecords: countOf(lost), isSound }
}

/** Nobody knows who waits for what is there: everything, for whoever comes. */
function withoutBookkeeping({ segments, headless }: ReadSegments) {
  const firsts = [...segments, ...headless].map(({ first }) => first)
  const cursor = firsts.reduce<bigint | undefined>(
    (least, first) => (least === undefined || first < least ? first : least),
    undefined,
  )
  const places = new Map<string, SavedPlace>(cursor === undefined ? [] : [[unclaimed, { cursor, settled: [] }]])
  const operatingMs = segments.at(-1)?.header.operatingMs ?? 0
  return { places, holes: [], floor: 0n, operatingMs, quarantinedRecords: 0 }
}

/** Whether the file is there that was the newest when it was last written down. */
function hasNewest({ newestSegment }: Bookkeeping, segments: readonly Segment[]): boolean {
  return newestSegment === undefined || segments.some(({ first }) => first === newestSegment)
}

/** Whether somebody waits for what is damaged, and nobody knew. */
function isNews(damage: Unreadable, open: readonly SequenceRange[], holes: Holes): boolean {
  return within(open, damage).some((range) => holes.outside(range).length > 0)
}

function nextAfter(
  { segments, headless }: ReadSegments,
  saved: Bookkeeping | undefined,
  firstSequence: bigint,
): bigint {
  const ends = [...segments.map(({ next }) => next), ...headless.map(({ first }) => first)]
  return ends.reduce((most, end) => (end > most ? end : most), saved?.next ?? firstSequence)
}

/** A file without a header had the numbers from its name to the next file. */
function headlessRanges({ segments, headless }: ReadSegments, next: bigint): readonly SequenceRange[] {
  return headless.flatMap(({ first }) => {
    const behind = segments.find((segment) => segment.first > first)?.first ?? next
    return first < behind ? [{ first, last: behind - 1n }] : []
  })
}

/** Records that are known to have stood where the newest segment is torn. */
function tornRecords({ torn }: ReadSegments, next: bigint): readonly Unreadable[] {
  if (torn === undefined || torn.segment.next >= next) return []
  const { segment, bytes } = torn
  return [{ segment, first: segment.next, last: next - 1n, reason: 'damaged', offset: segment.end, bytes }]
}

function missingFrom(open: readonly SequenceRange[], segments: readonly Segment[]): readonly SequenceRange[] {
  const there = segments.filter(({ isEmpty }) => !isEmpty).map(({ range }) => range)
  return open.flatMap((range) => openParts(there, range))
}

function within(open: readonly SequenceRange[], { first, last }: SequenceRange): readonly SequenceRange[] {
  return open.flatMap((range) => {
    const part = { first: range.first > first ? range.first : first, last: range.last < last ? range.last : last }
    return part.first <= part.last ? [part] : []
  })
}

function sourcesOf(
  { segments }: ReadSegments,
  saved: Bookkeeping | undefined,
  { source, next, isClean }: { readonly source: Source; readonly next: bigint; readonly isClean: boolean },
): SourceSpans {
  const spans: SourceSpan[] = [
    ...(saved?.sources ?? segments.map((segment) => ({ from: segment.first, source: segment.source }))),
  ]
  const last = spans.at(-1)?.source
  if (isClean && last?.agent === source.agent && last.stream === source.stream) return new SourceSpans(spans)
  const isUsed = spans.some((span) => span.source.epoch === source.epoch)
  return new SourceSpans([...spans, { from: next, source: isUsed ? { ...source, epoch: randomUUID() } : source }])
}
