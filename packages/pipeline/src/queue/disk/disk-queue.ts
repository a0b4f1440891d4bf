import type { Source, TelemetryRecord } from '@headwatch/protocol'
import { LogReader } from '../log-reader.ts'
import type { Orphan, PutResult, Queue, QueueHealth, QueueReader, ReaderOptions } from '../queue.ts'
import { Committer } from './committer.ts'
import { diskProblem, errorCodeOf } from './disk-error.ts'
import type { DiskQueueParts } from './disk-queue-parts.ts'
import { countOf, type Place } from './place.ts'
import { asideRefused } from './refused-records.ts'

const tickMs = 1_000
/** Destinations' places are written down this often while they change. */
const ticksBetweenWrites = 5

/**
 * A queue in a folder: what `put` has resolved for is on disk, and stays there until every destination has settled it.
 *
 * At opening what waits is each destination's backlog; what is put from then on is live. A destination that is not read
 * keeps what waits for it, and gets nothing new.
 */
export class DiskQueue implements Queue {
  readonly #parts: DiskQueueParts
  readonly #committer: Committer
  readonly #ended = new AbortController()
  readonly #house: Promise<void>
  #isClosed = false
  #problem: string | undefined
  /** Something has failed since the last tick. */
  #hasFailed = false
  #disposed: Promise<void> | undefined
  /** One after the other, for each is told how much room there is. */
  #asides: Promise<void> = Promise.resolve()

  constructor(parts: DiskQueueParts) {
    this.#parts = parts
    this.#committer = new Committer({
      ...parts,
      occupiedBytes: () => this.#occupiedBytes,
      failed: (error) => this.failed(error),
    })
    this.#house = this.#keepHouse()
  }

  get source(): Source {
    return this.#parts.state.log.sources.current
  }

  async put(records: readonly TelemetryRecord[]): Promise<PutResult> {
    if (records.length === 0) return { accepted: 0, dropped: 0 }
    if (this.#isClosed) return { accepted: 0, dropped: records.length }
    return this.#committer.put(records)
  }

  reader(destination: string, options: ReaderOptions = {}): QueueReader {
    const { state, bookkeeper } = this.#parts
    const { log, places } = state
    bookkeeper.isDue = true
    bookkeeper.isUrgent = true
    return places.attach(destination, options, (place) => {
      const host = {
        log,
        floor: () => (place.floor > state.floor ? place.floor : state.floor),
        isClosed: () => this.#isClosed,
        settled: () => this.#settled(),
        setAside: (...[records, reason]: Parameters<QueueReader['setAside']>) =>
          this.#setAside(destination, records, reason),
        left: () => {
          place.detach()
          this.#settled()
        },
      }
      return new LogReader(host)
    })
  }

  orphans(): readonly Orphan[] {
    return this.#parts.state.places.detached.flatMap((place) => this.#orphan(place) ?? [])
  }

  health(): QueueHealth {
    const { state, bookkeeper, lock } = this.#parts
    return {
      bytesOnDisk: this.#fileBytes + bookkeeper.bytes + lock.bytes,
      quarantinedRecords: state.quarantinedRecords,
      ...(this.#problem !== undefined && { problem: this.#problem }),
    }
  }

  close(): void {
    this.#isClosed = true
    this.#committer.close()
    for (const { reader } of this.#parts.state.places.attached) reader?.wake()
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposed ??= this.#dispose()
    return this.#disposed
  }

  /** The disk does not take something. Said once, until a while has passed without. */
  failed(error: unknown): void {
    const problem = diskProblem(this.#parts.folder, error)
    this.#hasFailed = true
    if (errorCodeOf(error) === 'ENOENT') this.#parts.writer.lostFolder()
    if (problem === this.#problem) return
    this.#problem = problem
    this.#parts.logger.error('the queue cannot be written', { problem })
  }

  get #fileBytes(): number {
    const { state, writer, quarantine, refused } = this.#parts
    return state.log.bytes + writer.strayBytes + quarantine.bytes + refused.bytes
  }

  /** With what files may take for a moment. */
  get #occupiedBytes(): number {
    return this.#fileBytes + this.#parts.bookkeeper.reservedBytes + this.#parts.lock.bytes
  }

  #worked(): void {
    if (this.#problem === undefined) return
    this.#problem = undefined
    this.#parts.logger.info('the queue can be written again', { folder: this.#parts.folder })
  }

  #settled(): void {
    const { state, bookkeeper } = this.#parts
    bookkeeper.isDue = true
    const { attached } = state.places
    const oldest = attached.reduce((least, { reader }) => {
      const cursor = reader?.cursor ?? state.log.next
      return cursor < least ? cursor : least
    }, state.log.next)
    state.log.forgetFresh(oldest)
    this.#committer.roomMade()
  }

  #orphan({ name, open, floor }: Place): Orphan | undefined {
    const { state } = this.#parts
    const from = floor > state.floor ? floor : state.floor
    const waiting = open.flatMap((range) => (range.last < from ? [] : state.log.holes.outside(range)))
    const records = countOf(waiting)
    if (records === 0) return undefined
    const bytes = waiting.reduce((sum, range) => sum + state.log.bytesIn(range), 0)
    const oldestAt = state.log.atOf(waiting[0]?.first ?? 0n)
    return { destination: name, records, bytes, ...(oldestAt !== undefined && { oldestAt }) }
  }

  #setAside(...given: [destination: string, ...Parameters<QueueReader['setAside']>]): Promise<void> {
    this.#asides = this.#asides.then(() => this.#setAsideNow(...given))
    return this.#asides
  }

  /** Never throws. */
  async #setAsideNow(destination: string, ...[records, reason]: Parameters<QueueReader['setAside']>): Promise<void> {
    const { refused, limits, clock, state } = this.#parts
    const room = () => limits.bytes - this.#occupiedBytes - this.#committer.bytesUnderWay
    const about = { destination, reason, at: clock.now() }
    try {
      await asideRefused(refused, state.log.sources, records, about, room)
    } catch (error) {
      this.failed(error)
    }
  }

  async #keepHouse(): Promise<void> {
    const { clock, bookkeeper } = this.#parts
    const { signal } = this.#ended
    for (let tick = 1; !signal.aborted; tick++) {
      await clock.sleep(tickMs, signal).catch(() => undefined)
      if (signal.aborted) return
      const hadFailed = this.#hasFailed
      this.#hasFailed = false
      try {
        await this.#committer.sealOld()
        await this.#parts.retention.reclaim()
        const isTime = tick % ticksBetweenWrites === 0
        if (this.#problem !== undefined || (bookkeeper.isDue && isTime)) await bookkeeper.write()
        if (!hadFailed && !this.#hasFailed) this.#worked()
      } catch (error) {
        this.failed(error)
      }
    }
  }

  async #dispose(): Promise<void> {
    const { state, retention, writer, bookkeeper, guard, logger, lock } = this.#parts
    this.close()
    this.#ended.abort()
    await this.#committer.finished()
    await this.#house
    await guard.finished()
    try {
      state.places.endClaims()
      await writer.seal()
      await retention.reclaim()
    } catch (error) {
      this.failed(error)
    }
    for (const { reader } of state.places.attached) await reader?.[Symbol.asyncDispose]()
    try {
      await bookkeeper.write({ isClosed: true })
    } catch (error) {
      logger.warn('where destinations stand could not be written down; what they have will come again', {
        problem: diskProblem(this.#parts.folder, error),
      })
    }
    lock.release()
  }
}
