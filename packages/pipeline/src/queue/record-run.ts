import type { TelemetryRecord } from '@headwatch/protocol'

interface Entry {
  readonly record: TelemetryRecord
  readonly bytes: number
  /** Bytes of this record and of all that ever stood before it: a range's bytes are one subtraction. */
  readonly bytesThrough: number
}

const compactAt = 1_024

/** Numbered records in memory, from `first` to `next - 1`. Taking away the oldest is cheap. */
export class RecordRun {
  #entries: Entry[] = []
  #head = 0
  #first: bigint
  #bytesBefore = 0
  #bytesThrough = 0

  constructor(first = 1n) {
    this.#first = first
  }

  get first(): bigint {
    return this.#first
  }

  get next(): bigint {
    return this.#first + BigInt(this.length)
  }

  get length(): number {
    return this.#entries.length - this.#head
  }

  get bytes(): number {
    return this.#bytesThrough - this.#bytesBefore
  }

  push(record: TelemetryRecord, bytes: number): void {
    this.#bytesThrough += bytes
    this.#entries.push({ record, bytes, bytesThrough: this.#bytesThrough })
  }

  /** The record with a number between `first` and `next - 1`. */
  at(sequence: bigint): TelemetryRecord | undefined {
    return this.#entries[this.#indexOf(sequence)]?.record
  }

  /** The longest run from `first` to at most `last` within both limits; its first record comes even when it is over `maxBytes`. */
  run(first: bigint, last: bigint, maxRecords: number, maxBytes: number): TelemetryRecord[] {
    const start = this.#indexOf(first)
    const end = start + Math.min(Number(last - first) + 1, maxRecords)
    const records: TelemetryRecord[] = []
    let bytes = 0
    for (let index = start; index < end; index++) {
      const entry = this.#entries[index]
      if (entry === undefined || (index > start && bytes + entry.bytes > maxBytes)) break
      records.push(entry.record)
      bytes += entry.bytes
    }
    return records
  }

  /** The bytes of a range that lies between `first` and `next - 1`. */
  bytesIn(first: bigint, last: bigint): number {
    const before = this.#entries[this.#indexOf(first)]
    const through = this.#entries[this.#indexOf(last)]
    return before === undefined || through === undefined ? 0 : through.bytesThrough - before.bytesThrough + before.bytes
  }

  shift(): void {
    const entry = this.#entries[this.#head]
    if (entry === undefined) return
    this.#bytesBefore = entry.bytesThrough
    this.#first += 1n
    this.#head++
    if (this.#head >= compactAt && this.#head * 2 >= this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head)
      this.#head = 0
    }
  }

  #indexOf(sequence: bigint): number {
    return this.#head + Number(sequence - this.#first)
  }
}
