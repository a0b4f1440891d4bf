import type { GapReason, Lane, SequenceRange, TelemetryRecord, UnixMs } from '@headwatch/protocol'
import type { ReadableLog } from '../log-reader.ts'
import type { TakeLimits, Taken } from '../queue.ts'
import { RecordRun } from '../record-run.ts'
import type { Hole, Holes } from './holes.ts'
import type { Segment } from './segment.ts'
import type { SourceSpans } from './source-spans.ts'

/** Fetches a run from a file; see `SegmentReader`. */
export type FetchRun = (
  segment: Segment,
  range: SequenceRange,
  limits: TakeLimits,
  signal: AbortSignal,
) => Promise<readonly TelemetryRecord[] | undefined>

export interface DiskLogParts {
  readonly next: bigint
  /** Ascending, disjoint. */
  readonly segments: readonly Segment[]
  readonly sources: SourceSpans
  readonly holes: Holes
  readonly fetch: FetchRun
  /** How much of the newest records to hold in memory, in bytes as on disk. */
  readonly freshBytes: number
}

/** The records of a folder: the newest in memory, all in segments; numbers that are in neither are holes or nobody's. */
export class DiskLog implements ReadableLog {
  readonly holes: Holes
  readonly sources: SourceSpans
  readonly #fetch: FetchRun
  readonly #freshBytes: number
  #segments: readonly Segment[]
  #fresh: RecordRun
  #next: bigint

  constructor(parts: DiskLogParts) {
    this.holes = parts.holes
    this.sources = parts.sources
    this.#fetch = parts.fetch
    this.#freshBytes = parts.freshBytes
    this.#segments = parts.segments
    this.#next = parts.next
    this.#fresh = new RecordRun(parts.next)
  }

  get next(): bigint {
    return this.#next
  }

  get segments(): readonly Segment[] {
    return this.#segments
  }

  /** Of all segment files. */
  get bytes(): number {
    return this.#segments.reduce((sum, { fileBytes }) => sum + fileBytes, 0)
  }

  addSegment(segment: Segment): void {
    this.#segments = [...this.#segments, segment]
  }

  removeSegment(segment: Segment): void {
    this.#segments = this.#segments.filter((other) => other !== segment)
  }

  /** The record of number `next` is on disk. */
  push(record: TelemetryRecord, bytes: number): void {
    this.#fresh.push(record, bytes)
    this.#next += 1n
    while (this.#fresh.bytes > this.#freshBytes) this.#fresh.shift()
  }

  /** Nobody waits for records below `first` in memory. */
  forgetFresh(first: bigint): void {
    while (this.#fresh.length > 0 && this.#fresh.first < first) this.#fresh.shift()
  }

  read(range: SequenceRange, lane: Lane, limits: TakeLimits, signal: AbortSignal): Taken | Promise<Taken | undefined> {
    const hole = this.holes.at(range.first)
    if (hole !== undefined) return this.gap(cut(range, hole.last), lane, hole.reason)
    const { source, range: own } = this.sources.headOf(this.holes.before(range))
    const { first } = own
    const batch = (records: readonly TelemetryRecord[]): Taken => ({
      kind: 'batch',
      batch: { source, lane, first, count: records.length, records },
    })
    if (first >= this.#fresh.first) return batch(this.#fresh.run(first, own.last, limits.records, limits.bytes))
    const segment = this.#segmentOf(first)
    if (segment === undefined) return this.#missing(own, lane)
    return this.#fetch(segment, cut(own, segment.next - 1n), limits, signal).then((records) => {
      if (records === undefined) return undefined
      if (records.length > 0) return batch(records)
      if (this.holes.at(first) === undefined) this.holes.add({ first, last: first, reason: 'lost' })
      return this.read(range, lane, limits, signal)
    })
  }

  gap(range: SequenceRange, lane: Lane, reason: GapReason): Taken {
    const { source, range: own } = this.sources.headOf(range)
    return { kind: 'gap', lane, gap: { source, ...own, reason } }
  }

  bytesIn(range: SequenceRange): number {
    let bytes = 0
    for (const segment of this.#segments) {
      const part = overlapOf(segment.range, range)
      if (part !== undefined) bytes += segment.bytesIn(part)
    }
    return bytes
  }

  atOf(sequence: bigint): UnixMs | undefined {
    if (sequence >= this.#fresh.first) return this.#fresh.at(sequence)?.at
    const segment = this.#segmentOf(sequence)
    return segment?.index.entryFor(segment.placeOf(sequence)).at
  }

  #segmentOf(sequence: bigint): Segment | undefined {
    return this.#segments.findLast(({ first, next }) => first <= sequence && sequence < next)
  }

  /** No file has it: that is said rather than waited for. */
  #missing(range: SequenceRange, lane: Lane): Taken {
    const behind = this.#segments.find(({ first }) => first > range.first)
    const hole: Hole = { ...cut(range, (behind?.first ?? this.#next) - 1n), reason: 'lost' }
    this.holes.add(hole)
    return this.gap(hole, lane, 'lost')
  }
}

/** Their common part. */
export function overlapOf(a: SequenceRange, b: SequenceRange): SequenceRange | undefined {
  const first = a.first > b.first ? a.first : b.first
  const last = a.last < b.last ? a.last : b.last
  return first <= last ? { first, last } : undefined
}

function cut(range: SequenceRange, last: bigint): SequenceRange {
  return range.last <= last ? range : { first: range.first, last }
}
