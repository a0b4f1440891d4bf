import type { TelemetryRecord } from '@headwatch/protocol'
import { sizeOf } from './record-size.ts'

interface Entry {
  readonly record: TelemetryRecord
  readonly bytes: number
}

const compactAt = 1_024

/** Numbered records in memory, from `first` to `next - 1`. Taking away the oldest is cheap. */
export class MemoryLog {
  #entries: Entry[] = []
  #head = 0
  #first = 1n
  #bytes = 0

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
    return this.#bytes
  }

  push(record: TelemetryRecord): void {
    const bytes = sizeOf(record)
    this.#entries.push({ record, bytes })
    this.#bytes += bytes
  }

  /** The entry with a number between `first` and `next - 1`. */
  at(sequence: bigint): Entry | undefined {
    return this.#entries[this.#head + Number(sequence - this.#first)]
  }

  shift(): void {
    const entry = this.#entries[this.#head]
    if (entry === undefined) return
    this.#bytes -= entry.bytes
    this.#first += 1n
    this.#head++
    if (this.#head >= compactAt && this.#head * 2 >= this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head)
      this.#head = 0
    }
  }
}
