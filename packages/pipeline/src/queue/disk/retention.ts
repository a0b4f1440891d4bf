import type { SequenceRange } from '@headwatch/protocol'
import type { Bookkeeper } from './bookkeeper.ts'
import { errorCodeOf, isDiskFull } from './disk-error.ts'
import { overlapOf } from './disk-log.ts'
import type { FileSystem } from './file-system.ts'
import { countOf, type Place, unionOf } from './place.ts'
import type { QueueState } from './queue-state.ts'
import type { Segment } from './segment.ts'
import type { SegmentWriter } from './segment-writer.ts'

export interface RetentionParts {
  readonly files: FileSystem
  readonly state: QueueState
  readonly bookkeeper: Bookkeeper
  readonly writer: SegmentWriter
}

/** Decides which segments are still needed and removes the others: a file goes only after it has been written down that nobody waits for it. */
export class Retention {
  readonly #parts: RetentionParts
  #last: Promise<unknown> = Promise.resolve()

  constructor(parts: RetentionParts) {
    this.#parts = parts
  }

  /** How many records the log holds for somebody. */
  get heldRecords(): number {
    const { places, floor } = this.#parts.state
    return countOf(places.needed(floor))
  }

  /** Removes what is not needed any more, the newest segment left alone. */
  async reclaim(): Promise<void> {
    this.#wrap()
    const spare = this.#sealed().filter((segment) => !this.#isNeeded(segment))
    if (spare.length > 0) await this.#remove(spare)
  }

  /**
   * Makes room without taking anything from a destination that is read. Gives up, in this order: what everybody has, the
   * newest segment too; what is kept only to be read again; what only orphans wait for.
   *
   * @param orphaned Told how many records orphans lose, before they are removed.
   * @returns Whether there was anything of that kind.
   */
  async makeRoom(orphaned: (records: number) => void): Promise<boolean> {
    const { writer } = this.#parts
    const active = writer.active
    const isSpare = (segment: Segment) => !this.#isOpen(segment)
    if (active !== undefined && isSpare(active)) await writer.seal()
    const spare = this.#sealed().filter(isSpare)
    const unwanted = spare.filter((segment) => !this.#isNeeded(segment))
    const going = unwanted.length > 0 ? unwanted : spare.slice(0, 1)
    if (going.length === 0) return this.#giveUpOrphans(orphaned)
    await this.#remove(going)
    return true
  }

  /**
   * Gives up the oldest segment, whoever waits for it.
   *
   * @param lost Told how many records somebody waited for.
   * @returns Whether there was one.
   * @throws what the file system throws; it is there as before then.
   */
  async evictOldest(lost: (records: number) => void): Promise<boolean> {
    const { state, writer } = this.#parts
    const [oldest] = state.log.segments
    if (oldest === undefined) return false
    if (oldest === writer.active) await writer.seal()
    const records = this.#waitingIn(oldest.range)
    const { floor } = state
    if (oldest.next > floor) state.floor = oldest.next
    try {
      await this.#remove([oldest], 'even_if_full')
    } catch (error) {
      state.floor = floor
      throw error
    }
    lost(records)
    return true
  }

  /** Gives up the oldest records until at most `records` are held. Returns how many somebody waited for. */
  giveUpBeyond(records: number): number {
    const { state } = this.#parts
    const held = state.places.needed(state.floor)
    let excess = countOf(held) - records
    let lost = 0
    for (const range of held) {
      if (excess <= 0) break
      const count = Math.min(excess, countOf([range]))
      const last = range.first + BigInt(count) - 1n
      lost += this.#waitingIn({ first: range.first, last })
      state.floor = last + 1n
      excess -= count
    }
    return lost
  }

  /** What was kept long enough to be read again is a gap for whoever has not got it by now. */
  #wrap(): void {
    const { places } = this.#parts.state
    for (const place of places.attached) {
      const { wrap } = place
      if (wrap === undefined) continue
      const kept = this.#parts.state.log.segments.find((segment) => this.#isWithin(wrap, segment))
      const floor = kept?.first ?? this.#parts.state.log.next
      if (floor > place.floor) place.floor = floor
    }
  }

  /** Whether less than so many bytes stand behind a segment, and it ended less than so long ago. */
  #isWithin({ bytes, ageMs }: NonNullable<Place['wrap']>, segment: Segment): boolean {
    const { log, operatingMs } = this.#parts.state
    const behind = log.segments.reduce((sum, other) => (other.first > segment.first ? sum + other.fileBytes : sum), 0)
    const now = operatingMs()
    return behind < bytes && now - (segment.endedMs ?? now) < ageMs
  }

  #sealed(): readonly Segment[] {
    const { state, writer } = this.#parts
    return state.log.segments.filter((segment) => segment !== writer.active)
  }

  /** Whether a destination still has to get something of it. */
  #isOpen(segment: Segment): boolean {
    const { places, floor } = this.#parts.state
    return places.needed(floor).some((range) => overlapOf(range, segment.range) !== undefined)
  }

  #isNeeded(segment: Segment): boolean {
    if (this.#isOpen(segment)) return true
    return this.#parts.state.places.all.some(({ wrap }) => wrap !== undefined && this.#isWithin(wrap, segment))
  }

  /** Takes the oldest segment that nobody else needs from those who are not read. */
  async #giveUpOrphans(orphaned: (records: number) => void): Promise<boolean> {
    const { state, writer } = this.#parts
    const { places, floor, log } = state
    const needed = places.needed(floor, places.attached)
    const isOrphans = (segment: Segment) =>
      this.#isOpen(segment) && !needed.some((range) => overlapOf(range, segment.range) !== undefined)
    const oldest = log.segments.find(isOrphans)
    if (oldest === undefined) return false
    if (oldest === writer.active) await writer.seal()
    orphaned(this.#waitingIn(oldest.range))
    await this.#remove([oldest])
    return true
  }

  #waitingIn(range: SequenceRange): number {
    const { places, floor } = this.#parts.state
    const waiting = places.needed(floor, places.all, (place) => place.waiting)
    return countOf(waiting.flatMap((part) => overlapOf(part, range) ?? []))
  }

  /** One after the other with other removals. */
  #remove(segments: readonly Segment[], when: 'written_down' | 'even_if_full' = 'written_down'): Promise<void> {
    const { bookkeeper, files, state } = this.#parts
    for (const segment of segments) {
      this.#declare(segment.range)
      if (segment.first === state.newestSegment) state.newestSegment = undefined
    }
    const removed = this.#last.then(async () => {
      await bookkeeper.write().catch((error: unknown) => {
        // With no room for a line about it, the room has to come first: after a crash right now the records are missing as `lost`.
        if (when !== 'even_if_full' || !isDiskFull(error)) throw error
      })
      for (const segment of segments) {
        await files.remove(segment.path).catch((error: unknown) => {
          if (errorCodeOf(error) !== 'ENOENT') throw error
        })
        state.log.removeSegment(segment)
      }
    })
    this.#last = removed.catch(() => undefined)
    return removed
  }

  /** Who has not got these numbers will hear that they were given up. */
  #declare(range: SequenceRange): void {
    const { log, places, floor } = this.#parts.state
    const open = unionOf(
      places.all.map((place) => place.open),
      floor,
    )
    for (const part of open.flatMap((known) => overlapOf(known, range) ?? []))
      log.holes.add({ ...part, reason: 'wrapped' })
  }
}
