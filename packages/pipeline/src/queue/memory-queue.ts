import type { Source, TelemetryRecord } from '@headwatch/protocol'
import { LogReader } from './log-reader.ts'
import { MemoryLog } from './memory-log.ts'
import type { Orphan, PutResult, Queue, QueueHealth, QueueLimits, QueueReader, WhenFull } from './queue.ts'
import { sizeOf } from './record-size.ts'

export interface MemoryQueueOptions {
  readonly limits: QueueLimits
  readonly whenFull: WhenFull
}

/**
 * A queue that lives as long as its process: what it holds is lost with it.
 *
 * Bytes are estimates (`sizeOf`). What a destination has taken and not settled counts as held. A record that alone is
 * over the bound is let go whatever `whenFull` says, since waiting would never end. Nothing outlives its delivery, so a
 * reader's `wrap` asks for nothing, and what is set aside is let go. With `drop_oldest` a run that is
 * with a destination at that moment is given up too: delivered after all, it is settled; given back, it becomes a gap.
 */
export class MemoryQueue implements Queue {
  readonly source: Source
  readonly #options: MemoryQueueOptions
  readonly #log: MemoryLog
  readonly #readers = new Map<string, LogReader>()
  /** Puts that may wait come one after the other, so that the first to come is the first to get room. */
  #lastPut: Promise<unknown> = Promise.resolve()
  #roomMade: (() => void) | undefined
  #isClosed = false

  constructor(source: Source, options: MemoryQueueOptions) {
    const { records, bytes } = options.limits
    if (!(records >= 1) || !(bytes >= 1))
      throw new RangeError(`a queue of ${records} records and ${bytes} bytes holds nothing`)
    this.source = source
    this.#log = new MemoryLog(source)
    this.#options = options
  }

  put(records: readonly TelemetryRecord[]): Promise<PutResult> {
    if (this.#options.whenFull !== 'wait') return this.#fill(records)
    const mine = this.#lastPut.then(() => this.#fill(records))
    this.#lastPut = mine
    return mine
  }

  reader(destination: string): QueueReader {
    if (this.#readers.has(destination)) throw new Error(`"${destination}" reads this queue already`)
    const reader = new LogReader({
      log: this.#log,
      floor: () => this.#log.records.first,
      isClosed: () => this.#isClosed,
      settled: () => this.#trim(),
      setAside: async () => undefined,
      left: () => {
        this.#readers.delete(destination)
        this.#trim()
      },
    })
    this.#readers.set(destination, reader)
    return reader
  }

  /** None: a destination that leaves takes its place with it. */
  orphans(): readonly Orphan[] {
    return []
  }

  health(): QueueHealth {
    return { bytesOnDisk: 0, quarantinedRecords: 0 }
  }

  close(): void {
    this.#isClosed = true
    this.#roomMade?.()
    for (const reader of this.#readers.values()) reader.wake()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
    for (const reader of [...this.#readers.values()]) await reader[Symbol.asyncDispose]()
  }

  async #fill(records: readonly TelemetryRecord[]): Promise<PutResult> {
    const { whenFull, limits } = this.#options
    let accepted = 0
    let evicted = 0
    let index = 0
    while (!this.#isClosed && index < records.length) {
      const pushed = this.#pushWhatFits(records, index)
      accepted += pushed
      index += pushed
      const next = records[index]
      if (next === undefined) break
      const bytes = sizeOf(next)
      if (bytes > limits.bytes || whenFull === 'drop_newest') index++
      else if (whenFull === 'drop_oldest') evicted += this.#evict(bytes)
      else await this.#room(bytes)
    }
    return { accepted, dropped: records.length - accepted + evicted }
  }

  /** Pushes records from `start` on until one finds no room. Returns how many were pushed. */
  #pushWhatFits(records: readonly TelemetryRecord[], start: number): number {
    const first = this.#log.next
    let index = start
    for (; index < records.length; index++) {
      const record = records[index]
      const bytes = record === undefined ? 0 : sizeOf(record)
      if (record === undefined || !this.#hasRoom(bytes)) break
      this.#log.records.push(record, bytes)
    }
    if (index === start) return 0
    const range = { first, last: this.#log.next - 1n }
    for (const reader of this.#readers.values()) reader.offer(range)
    this.#trim()
    return index - start
  }

  #hasRoom(bytes: number): boolean {
    const { limits } = this.#options
    return this.#log.records.length < limits.records && this.#log.records.bytes + bytes <= limits.bytes
  }

  async #room(bytes: number): Promise<void> {
    while (!this.#isClosed && !this.#hasRoom(bytes)) {
      await new Promise<void>((resolve) => {
        this.#roomMade = resolve
      })
    }
  }

  /** Makes room from the oldest on. Returns how many of them some destination still waited for. */
  #evict(bytes: number): number {
    let lost = 0
    while (!this.#hasRoom(bytes)) {
      const oldest = this.#log.records.first
      if ([...this.#readers.values()].some((reader) => reader.waitsFor(oldest))) lost++
      this.#log.records.shift()
    }
    return lost
  }

  /** Gives up what every destination has settled. */
  #trim(): void {
    let keepFrom = this.#log.next
    for (const { cursor } of this.#readers.values()) if (cursor < keepFrom) keepFrom = cursor
    if (this.#log.records.first >= keepFrom) return
    while (this.#log.records.first < keepFrom) this.#log.records.shift()
    this.#roomMade?.()
  }
}
