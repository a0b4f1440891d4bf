import { openParts, type SequenceRange } from '@headwatch/protocol'
import type { LogReader } from '../log-reader.ts'
import type { ReaderOptions } from '../queue.ts'
import type { SavedPlace } from './cursor-file.ts'

/** More settled ranges than this are not saved: what is forgotten comes again. */
const maxSettledRanges = 16

/** What one destination still has to get, whether somebody reads for it now or not. */
export class Place {
  readonly name: string
  /** What waits below this number was given up for this destination alone. */
  floor = 0n
  wrap: ReaderOptions['wrap'] | undefined
  #kept: readonly SequenceRange[]
  #reader: LogReader | undefined

  constructor(name: string, open: readonly SequenceRange[], wrap?: ReaderOptions['wrap']) {
    this.name = name
    this.wrap = wrap
    this.#kept = open
  }

  get reader(): LogReader | undefined {
    return this.#reader
  }

  /** Not settled, ascending. */
  get open(): readonly SequenceRange[] {
    return this.#reader?.openRanges ?? this.#kept
  }

  /** Not settled and not taken. */
  get waiting(): readonly SequenceRange[] {
    return this.#reader?.waitingRanges ?? this.#kept
  }

  attach(reader: LogReader, { wrap }: ReaderOptions): void {
    for (const range of this.#kept) reader.restore(range)
    this.#reader = reader
    this.wrap = wrap
  }

  /** What is put from now on is not for this destination until somebody reads for it again. */
  detach(): void {
    this.#kept = this.open
    this.#reader = undefined
  }

  /** What of it goes into a log that ends before `next`. */
  saved(next: bigint): SavedPlace {
    const { open } = this
    const cursor = open[0]?.first ?? next
    const settled = cursor < next ? openParts(open, { first: cursor, last: next - 1n }) : []
    return { cursor, settled: settled.slice(0, maxSettledRanges), ...(this.wrap !== undefined && { wrap: this.wrap }) }
  }
}

/** What is open by a saved place in a log that ends before `next`. */
export function openAfter({ cursor, settled }: SavedPlace, next: bigint): readonly SequenceRange[] {
  return cursor < next ? openParts(settled, { first: cursor, last: next - 1n }) : []
}

/** The numbers of any of the lists, from `from` on; ascending, disjoint. */
export function unionOf(lists: readonly (readonly SequenceRange[])[], from: bigint): readonly SequenceRange[] {
  const union: SequenceRange[] = []
  const ranges = lists.flat().filter(({ last }) => last >= from)
  ranges.sort((a, b) => (a.first < b.first ? -1 : 1))
  for (const range of ranges) {
    const first = range.first < from ? from : range.first
    const last = union.at(-1)
    if (last === undefined || first > last.last + 1n) union.push({ first, last: range.last })
    else if (range.last > last.last) union[union.length - 1] = { first: last.first, last: range.last }
  }
  return union
}

/** How many numbers disjoint ranges hold. */
export function countOf(ranges: readonly SequenceRange[]): number {
  return ranges.reduce((sum, { first, last }) => sum + Number(last - first) + 1, 0)
}
