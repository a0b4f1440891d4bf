import type { Source, TelemetryRecord } from '@headwatch/protocol'
import { MemoryLog } from './memory-log.ts'
import { MemoryReader } from './memory-reader.ts'
import type { PutResult, Queue, QueueLimits, QueueReader, WhenFull } from './queue.ts'
import { sizeOf } from './record-size.ts'

export interface MemoryQueueOptions {
  readonly limits: QueueLimits
  readonly whenFull: WhenFull
}

/** A queue that lives as long as its process: what it holds is lost with it. */
export class MemoryQueue implements Queue {
  readonly source: Source
  readonly #options: MemoryQueueOptions
  readonly #log = new MemoryLog()
  readonly #readers = new Map<string, MemoryReader>()
  #waitingForRoom: (() => void)[] = []
  #closed = false

  constructor(source: Source, options: MemoryQueueOptions) {
    const { records, bytes } = options.limits
    if (!(records >= 1) || !(bytes >= 1))
      throw new RangeError(`a queue of ${records} records and ${bytes} bytes holds nothing`)
    this.source = source
    this.#options = options
  }

  async put(records: readonly TelemetryRecord[]): Promise<PutResult> {
    let accepted = 0
    for (const record of records) {
      const room = this.#makeRoom(sizeOf(record))
      if (room !== true && !(await room)) continue
      const first = this.#log.next
      this.#log.push(record)
      for (const reader of this.#readers.values()) reader.offer({ first, last: first })
      accepted++
    }
    this.#trim()
    return { accepted, dropped: records.length - accepted }
  }

  reader(destination: string): QueueReader {
    if (this.#readers.has(destination)) throw new Error(`"${destination}" reads this queue already`)
    const reader = new MemoryReader({
      source: this.source,
      log: this.#log,
      isClosed: () => this.#closed,
      settled: () => this.#trim(),
      left: () => {
        this.#readers.delete(destination)
        this.#trim()
      },
    })
    this.#readers.set(destination, reader)
    return reader
  }

  close(): void {
    this.#closed = true
    this.#roomChanged()
    for (const reader of this.#readers.values()) reader.wake()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
    for (const reader of this.#readers.values()) await reader[Symbol.asyncDispose]()
  }

  /** True once a record of `bytes` may be pushed; false when it is to be let go. Does not wait unless it must. */
  #makeRoom(bytes: number): boolean | Promise<boolean> {
    if (this.#closed || bytes > this.#options.limits.bytes) return false
    if (this.#hasRoom(bytes)) return true
    this.#trim()
    if (this.#hasRoom(bytes)) return true
    switch (this.#options.whenFull) {
      case 'drop_newest':
        return false
      case 'drop_oldest':
        while (!this.#hasRoom(bytes)) this.#log.shift()
        return true
      case 'wait':
        return new Promise<void>((resolve) => this.#waitingForRoom.push(resolve)).then(() => this.#makeRoom(bytes))
    }
  }

  #hasRoom(bytes: number): boolean {
    const { limits } = this.#options
    return this.#log.length < limits.records && this.#log.bytes + bytes <= limits.bytes
  }

  /** Gives up what every destination has settled. */
  #trim(): void {
    let keepFrom = this.#log.next
    for (const { cursor } of this.#readers.values()) if (cursor < keepFrom) keepFrom = cursor
    if (this.#log.first >= keepFrom) return
    while (this.#log.first < keepFrom) this.#log.shift()
    this.#roomChanged()
  }

  #roomChanged(): void {
    for (const wake of this.#waitingForRoom.splice(0)) wake()
  }
}
