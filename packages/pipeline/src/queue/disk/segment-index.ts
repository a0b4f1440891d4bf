import type { UnixMs } from '@headwatch/protocol'

/** A record whose place in the file is known. */
export interface IndexEntry {
  /** Counted from the segment's first record. */
  readonly place: number
  readonly offset: number
  readonly at: UnixMs
}

const strideRecords = 32
const strideBytes = 16 * 1024

/** Where some of a segment's records stand: every 32nd, more of them where records are long. */
export class SegmentIndex {
  readonly #places: number[] = []
  readonly #offsets: number[] = []
  readonly #ats: UnixMs[] = []
  #isDue = false

  /** A record, in order. Takes it in where it is due; `at` is asked only then. */
  add(place: number, offset: number, at: () => UnixMs): void {
    const last = this.#places.length - 1
    const isDue =
      last < 0 ||
      this.#isDue ||
      place - (this.#places[last] ?? 0) >= strideRecords ||
      offset - (this.#offsets[last] ?? 0) >= strideBytes
    if (!isDue) return
    this.#isDue = false
    this.#places.push(place)
    this.#offsets.push(offset)
    this.#ats.push(at())
  }

  /** The next record follows on damage: what reads on from an entry never meets it. */
  breakHere(): void {
    this.#isDue = true
  }

  /** The entry at or before a place. */
  entryFor(place: number): IndexEntry {
    const index = this.#indexFor(place)
    return { place: this.#places[index] ?? 0, offset: this.#offsets[index] ?? 0, at: this.#ats[index] ?? 0 }
  }

  /** The last entry of a record that was true before a time; undefined where the first was not. */
  lastBefore(at: UnixMs): number | undefined {
    const index = this.#ats.findLastIndex((known) => known < at)
    return index === -1 ? undefined : this.#places[index]
  }

  /** About where a record stands; between two entries as if all were of one length. `tip` is the end. */
  offsetOf(place: number, tip: { readonly place: number; readonly offset: number }): number {
    const index = this.#indexFor(place)
    const from = { place: this.#places[index] ?? 0, offset: this.#offsets[index] ?? 0 }
    const to = { place: this.#places[index + 1] ?? tip.place, offset: this.#offsets[index + 1] ?? tip.offset }
    if (to.place <= from.place) return from.offset
    return from.offset + ((to.offset - from.offset) * (place - from.place)) / (to.place - from.place)
  }

  #indexFor(place: number): number {
    let low = 0
    let high = this.#places.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#places[middle] ?? 0) <= place) low = middle
      else high = middle - 1
    }
    return low
  }
}
