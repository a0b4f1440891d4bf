import { type Lane, rangeOf, type SequenceRange, type Source, type TelemetryRecord } from '@headwatch/protocol'
import type { MemoryLog } from './memory-log.ts'
import type { QueueReader, TakeLimits, Taken } from './queue.ts'
import { WaitingRanges } from './waiting-ranges.ts'

/** What a reader needs of its queue. */
export interface ReaderHost {
  readonly source: Source
  readonly log: MemoryLog
  readonly isClosed: () => boolean
  /** Something was settled: the log may give up its oldest records. */
  readonly settled: () => void
  readonly left: () => void
}

/** One destination's place in a memory queue. */
export class MemoryReader implements QueueReader {
  readonly #host: ReaderHost
  readonly #lanes = { live: new WaitingRanges(), backlog: new WaitingRanges() }
  readonly #taken = new Map<Taken, SequenceRange>()
  readonly #wakers = new Set<() => void>()
  #hasLeft = false

  constructor(host: ReaderHost) {
    this.#host = host
  }

  /** The lowest number not settled; the log's next when everything is. */
  get cursor(): bigint {
    const open = [this.#lanes.live.first, this.#lanes.backlog.first, ...this.#taken.values()]
    return open.reduce(
      (least, range) => (range !== undefined && range.first < least ? range.first : least),
      this.#host.log.next,
    )
  }

  /** Whether a number has been put and not taken yet. */
  waitsFor(sequence: bigint): boolean {
    return this.#lanes.backlog.has(sequence) || this.#lanes.live.has(sequence)
  }

  /** Numbers were put. */
  offer(range: SequenceRange): void {
    this.#lanes.live.append(range)
    this.wake()
  }

  wake(): void {
    for (const wake of [...this.#wakers]) wake()
  }

  async take(lane: Lane, limits: TakeLimits, signal: AbortSignal): Promise<Taken | undefined> {
    while (!signal.aborted) {
      const taken = this.#takeNow(lane, limits)
      if (taken !== undefined) return taken
      if (this.#host.isClosed() || this.#hasLeft) return undefined
      await this.#change(signal)
    }
    return undefined
  }

  settle(taken: Taken): void {
    if (this.#taken.delete(taken)) this.#host.settled()
  }

  release(taken: Taken): void {
    const range = this.#taken.get(taken)
    if (range === undefined) return
    this.#taken.delete(taken)
    this.#lanes[taken.kind === 'batch' ? taken.batch.lane : taken.lane].insert(range)
    this.wake()
  }

  split(): void {
    for (const range of this.#lanes.live.takeAll()) this.#lanes.backlog.insert(range)
    this.wake()
  }

  async setAside(): Promise<void> {}

  status(): ReturnType<QueueReader['status']> {
    return { live: this.#laneStatus(this.#lanes.live), backlog: this.#laneStatus(this.#lanes.backlog) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#hasLeft = true
    this.wake()
    this.#host.left()
  }

  #takeNow(lane: Lane, limits: TakeLimits): Taken | undefined {
    const waiting = this.#lanes[lane]
    const range = waiting.first
    if (range === undefined) return undefined
    const { log, source } = this.#host
    if (range.first < log.first) {
      const last = range.last < log.first ? range.last : log.first - 1n
      return this.#keep({ kind: 'gap', lane, gap: { source, first: range.first, last, reason: 'wrapped' } }, waiting, {
        first: range.first,
        last,
      })
    }
    const records = log.run(range.first, range.last, limits.records, limits.bytes)
    const batch = { source, lane, first: range.first, count: records.length, records }
    return this.#keep({ kind: 'batch', batch }, waiting, rangeOf(batch))
  }

  #keep(taken: Taken, waiting: WaitingRanges, range: SequenceRange): Taken {
    waiting.cutTo(range.last)
    this.#taken.set(taken, range)
    return taken
  }

  #laneStatus(waiting: WaitingRanges) {
    const { log } = this.#host
    let records = 0
    let bytes = 0
    let oldest: TelemetryRecord | undefined
    for (const range of waiting.ranges) {
      const first = range.first < log.first ? log.first : range.first
      if (first > range.last) continue
      records += Number(range.last - first) + 1
      bytes += log.bytesIn(first, range.last)
      oldest ??= log.at(first)
    }
    return { records, bytes, ...(oldest !== undefined && { oldestAt: oldest.at }) }
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#wakers.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      signal.addEventListener('abort', wake, { once: true })
      this.#wakers.add(wake)
    })
  }
}
