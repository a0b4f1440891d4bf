import { closeRange, type GapReason, type Lane, rangeOf, type SequenceRange, type UnixMs } from '@headwatch/protocol'
import type { QueueReader, TakeLimits, Taken } from './queue.ts'
import { WaitingRanges } from './waiting-ranges.ts'

/** Numbered records as readers see them: each number below `next` is a record or a hole. */
export interface ReadableLog {
  /** The number that the next record will get. */
  readonly next: bigint
  /**
   * The records, or the hole, at the beginning of `range`. At once where they are in memory; a promise where they have to be
   * fetched, of undefined where they cannot be had just now: the call then took its time, and is to be repeated.
   */
  read(range: SequenceRange, lane: Lane, limits: TakeLimits, signal: AbortSignal): Taken | Promise<Taken | undefined>
  /** The news that numbers will never come, of as much of `range` as one source gave. */
  gap(range: SequenceRange, lane: Lane, reason: GapReason): Taken
  /** Bytes of the records of a range that is still in the log. */
  bytesIn(range: SequenceRange): number
  /** When the record of this number was true, or one put shortly before it. */
  atOf(sequence: bigint): UnixMs | undefined
}

/** What a reader needs of its queue. */
export interface ReaderHost {
  readonly log: ReadableLog
  /** What waits below this number is gone. */
  readonly floor: () => bigint
  readonly isClosed: () => boolean
  /** Something was settled: the log may give up records. */
  readonly settled: () => void
  readonly setAside: QueueReader['setAside']
  readonly left: () => void
}

/** One destination's place in a log. */
export class LogReader implements QueueReader {
  readonly #host: ReaderHost
  readonly #lanes = { live: new WaitingRanges(), backlog: new WaitingRanges() }
  readonly #taken = new Map<Taken, SequenceRange>()
  /** Being fetched, one run per lane at a time, so that a lane keeps its order. */
  readonly #fetching: { [lane in Lane]?: { readonly range: SequenceRange; readonly done: Promise<unknown> } } = {}
  readonly #wakers = new Set<() => void>()
  #splits = 0
  #hasLeft = false

  constructor(host: ReaderHost) {
    this.#host = host
  }

  /** The lowest number not settled; the log's next when everything is. */
  get cursor(): bigint {
    return this.#open().reduce((least, { first }) => (first < least ? first : least), this.#host.log.next)
  }

  /** Everything that is not settled, ascending. */
  get openRanges(): readonly SequenceRange[] {
    return this.#open().reduce<readonly SequenceRange[]>(closeRange, [])
  }

  /** What is not taken, in no order. */
  get waitingRanges(): readonly SequenceRange[] {
    const fetching = Object.values(this.#fetching).map(({ range }) => range)
    return [...this.#lanes.backlog.ranges, ...this.#lanes.live.ranges, ...fetching]
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

  /** Numbers wait from an earlier time. */
  restore(range: SequenceRange): void {
    this.#lanes.backlog.insert(range)
  }

  wake(): void {
    for (const wake of [...this.#wakers]) wake()
  }

  async take(lane: Lane, limits: TakeLimits, signal: AbortSignal): Promise<Taken | undefined> {
    while (!signal.aborted && !this.#hasLeft) {
      const fetching = this.#fetching[lane]
      if (fetching !== undefined) {
        await fetching.done
        continue
      }
      const range = this.#lanes[lane].first
      if (range !== undefined) {
        const taken = await this.#next(range, lane, limits, signal)
        if (taken !== undefined) return taken
      } else if (this.#host.isClosed()) return undefined
      else await this.#change(signal)
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
    this.#splits++
    for (const range of this.#lanes.live.takeAll()) this.#lanes.backlog.insert(range)
    this.wake()
  }

  setAside(...given: Parameters<QueueReader['setAside']>): Promise<void> {
    return this.#host.setAside(...given)
  }

  status(): ReturnType<QueueReader['status']> {
    return { live: this.#laneStatus(this.#lanes.live), backlog: this.#laneStatus(this.#lanes.backlog) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#hasLeft) return
    this.#hasLeft = true
    this.wake()
    for (const fetching of Object.values(this.#fetching)) await fetching.done
    this.#host.left()
  }

  #open(): readonly SequenceRange[] {
    return [...this.waitingRanges, ...this.#taken.values()]
  }

  #next(range: SequenceRange, lane: Lane, limits: TakeLimits, signal: AbortSignal) {
    const { log, floor } = this.#host
    const gone = floor()
    if (range.first < gone) {
      const last = range.last < gone ? range.last : gone - 1n
      return this.#keep(log.gap({ first: range.first, last }, lane, 'wrapped'), lane)
    }
    const found = log.read(range, lane, limits, signal)
    return found instanceof Promise ? this.#fetch(range, lane, limits.records, found) : this.#keep(found, lane)
  }

  /** What is on its way belongs to this call, so that no other takes it; what did not come after all goes back. */
  async #fetch(from: SequenceRange, lane: Lane, records: number, coming: Promise<Taken | undefined>) {
    const reach = from.first + BigInt(records) - 1n
    const range = { first: from.first, last: reach < from.last ? reach : from.last }
    this.#lanes[lane].remove(range)
    const splits = this.#splits
    const settled = coming.catch(() => undefined)
    this.#fetching[lane] = { range, done: settled }
    const taken = await settled
    delete this.#fetching[lane]
    const back = splits === this.#splits ? lane : 'backlog'
    this.#lanes[back].insert(range)
    if (taken === undefined || this.#hasLeft) return undefined
    if (back === lane) return this.#keep(taken, lane)
    // It was split off meanwhile: what was fetched is the backlog's.
    this.wake()
    return undefined
  }

  #keep(taken: Taken, lane: Lane): Taken {
    const range = taken.kind === 'batch' ? rangeOf(taken.batch) : taken.gap
    this.#lanes[lane].remove(range)
    this.#taken.set(taken, { first: range.first, last: range.last })
    return taken
  }

  #laneStatus(waiting: WaitingRanges) {
    const { log, floor } = this.#host
    let records = 0
    let bytes = 0
    let oldest: bigint | undefined
    for (const range of waiting.ranges) {
      const first = range.first < floor() ? floor() : range.first
      if (first > range.last) continue
      records += Number(range.last - first) + 1
      bytes += log.bytesIn({ first, last: range.last })
      oldest ??= first
    }
    const oldestAt = oldest === undefined ? undefined : log.atOf(oldest)
    return { records, bytes, ...(oldestAt !== undefined && { oldestAt }) }
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
