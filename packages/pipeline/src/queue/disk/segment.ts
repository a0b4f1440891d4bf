import type { SequenceRange, Source, UnixMs } from '@headwatch/protocol'
import type { SegmentHeader } from './segment-format.ts'
import { SegmentIndex } from './segment-index.ts'

/** What is known of a segment file: what it holds, and where. */
export class Segment {
  readonly path: string
  readonly header: SegmentHeader
  readonly index = new SegmentIndex()
  /** The number behind its last record. */
  next: bigint
  /** Where its last record ends. */
  end: number
  /** Of the file, with what stands behind the last record. */
  fileBytes: number
  /** The queue's operating time when it got its last record; undefined while it may get more. */
  endedMs: number | undefined

  constructor(path: string, header: SegmentHeader, headerBytes: number) {
    this.path = path
    this.header = header
    this.next = header.first
    this.end = headerBytes
    this.fileBytes = headerBytes
  }

  get first(): bigint {
    return this.header.first
  }

  get source(): Source {
    return this.header.source
  }

  get isEmpty(): boolean {
    return this.next === this.first
  }

  get range(): SequenceRange {
    return { first: this.first, last: this.next - 1n }
  }

  /** A record stands at the end. `at` is asked only now and then. */
  add(sequence: bigint, bytes: number, at: () => UnixMs): void {
    this.index.add(this.placeOf(sequence), this.end, at)
    this.next = sequence + 1n
    this.end += bytes
    if (this.end > this.fileBytes) this.fileBytes = this.end
  }

  /** Bytes that are no record stand at the end, and `next` follows on them. */
  skip(bytes: number, next: bigint): void {
    this.index.breakHere()
    this.end += bytes
    this.next = next
  }

  /** The place of a number counted from the first. */
  placeOf(sequence: bigint): number {
    return Number(sequence - this.first)
  }

  /** About how many bytes a range takes that lies in this segment. */
  bytesIn({ first, last }: SequenceRange): number {
    const end = last + 1n >= this.next ? this.end : this.index.offsetOf(this.placeOf(last + 1n), this.#tip)
    return Math.max(1, Math.round(end - this.index.offsetOf(this.placeOf(first), this.#tip)))
  }

  /** Where to begin reading for a number: a record at or before it. */
  readFrom(sequence: bigint): { readonly offset: number; readonly sequence: bigint } {
    const { place, offset } = this.index.entryFor(this.placeOf(sequence))
    return { offset, sequence: this.first + BigInt(place) }
  }

  get #tip() {
    return { place: this.placeOf(this.next), offset: this.end }
  }
}
