import type { TelemetryRecord } from '@headwatch/protocol'
import type { PutResult } from '../queue.ts'
import { isDiskFull } from './disk-error.ts'
import type { DiskQueueParts } from './disk-queue-parts.ts'
import { Group } from './group.ts'
import { PendingPuts, type PutOutcome } from './pending-puts.ts'
import { maxSequence } from './segment-format.ts'

export interface CommitterParts
  extends Pick<
    DiskQueueParts,
    'state' | 'retention' | 'writer' | 'limits' | 'whenFull' | 'segmentBytes' | 'salt' | 'clock' | 'bookkeeper'
  > {
  /** Everything that is in the folder, or may be for a moment. */
  readonly occupiedBytes: () => number
  readonly failed: (error: unknown) => void
}

const maxGroupRecords = 4_096
/** A record may be this part of the queue, no more. */
const largestShare = 4
const tryAgainMs = 1_000
/** A segment with a wrap by age has its end when it is an eighth of that age old. */
const agesPerSegment = 8

/** What became of an attempt to write. */
type Attempt = 'written' | 'again' | PutOutcome

/**
 * Takes puts in their order and commits what waits as one: numbers, one write, one sync, then all of their answers. What comes during a
 * sync makes the next group.
 */
export class Committer {
  readonly #parts: CommitterParts
  readonly #pending = new PendingPuts()
  readonly #group: Group
  #running: Promise<void> | undefined
  #isClosed = false
  #wake: (() => void) | undefined
  /** Room may have been made since the group was filled. */
  #hasChanged = false
  /** The last attempt to remove something met an error: nothing that is settled will tell when it is over. */
  #hasDiskError = false
  /** Attempts in a row that failed. */
  #failures = 0
  /** Of a group that is being written: no file is known to have them yet. */
  #bytesUnderWay = 0

  constructor(parts: CommitterParts) {
    this.#parts = parts
    this.#group = new Group(parts.salt)
  }

  get bytesUnderWay(): number {
    return this.#bytesUnderWay
  }

  async put(records: readonly TelemetryRecord[]): Promise<PutResult> {
    const { whenFull, limits } = this.#parts
    const isBehind = this.#pending.records > 0 && this.#pending.records + records.length > limits.records
    if (whenFull !== 'wait' && isBehind) return { accepted: 0, dropped: records.length }
    const settled = this.#pending.add(records)
    this.#running ??= this.#run()
    return settled
  }

  /** Room may have been made. */
  roomMade(): void {
    this.#hasChanged = true
    this.#wake?.()
  }

  close(): void {
    this.#isClosed = true
    this.#wake?.()
  }

  /** Resolves when no put is under way. */
  async finished(): Promise<void> {
    while (this.#running !== undefined) await this.#running
  }

  /** Ends the newest segment where records in it are to be removed by their age. */
  async sealOld(): Promise<void> {
    const { writer, state } = this.#parts
    const { active } = writer
    if (active === undefined || this.#running !== undefined) return
    const ages = state.places.attached.flatMap(({ wrap }) => wrap?.ageMs ?? [])
    const age = state.operatingMs() - active.header.operatingMs
    if (ages.some((ageMs) => age > ageMs / agesPerSegment)) await writer.seal()
  }

  async #run(): Promise<void> {
    // What is put in the same turn joins the group.
    await undefined
    try {
      while (!this.#pending.isEmpty) await this.#commit()
    } catch (error) {
      // Nothing above throws; if it does after all, it costs these puts and not the program.
      this.#parts.failed(error)
      this.#pending.refuseAll()
    } finally {
      this.#running = undefined
    }
  }

  async #commit(): Promise<void> {
    const { outcomes, isFull } = this.#gather(false)
    if (outcomes.length === 0 && isFull) return this.#makeRoom()
    await this.#finish(outcomes)
  }

  async #finish(outcomes: readonly PutOutcome[]): Promise<void> {
    const attempt = this.#group.records.length === 0 ? 'written' : await this.#write()
    if (attempt === 'again') return
    this.#pending.finish(
      attempt === 'written' ? outcomes : outcomes.map((outcome) => (outcome === 'accepted' ? attempt : outcome)),
    )
  }

  /** Fills the group with as many records as there is room for. `isFull` where one found none. */
  #gather(dropsWhatDoesNotFit: boolean): { readonly outcomes: readonly PutOutcome[]; readonly isFull: boolean } {
    const { state, segmentBytes } = this.#parts
    const outcomes: PutOutcome[] = []
    const group = this.#group
    group.begin(state.log.next)
    this.#hasChanged = false
    const room = this.#room()
    for (const record of this.#pending.waiting()) {
      if (group.records.length >= maxGroupRecords || group.bytes >= segmentBytes) break
      const outcome = this.#admit(record, room)
      if (outcome === 'queue_full' && !dropsWhatDoesNotFit) return { outcomes, isFull: true }
      outcomes.push(outcome)
    }
    return { outcomes, isFull: false }
  }

  /** Adds a record to the group where it may be, and there is room. */
  #admit(record: TelemetryRecord, room: { readonly records: number; readonly bytes: number }): PutOutcome {
    const { limits, state } = this.#parts
    const group = this.#group
    const count = group.records.length
    if (state.log.next + BigInt(count) > maxSequence) return 'numbers_used_up'
    if (count >= room.records) return 'queue_full'
    const longest = Math.floor(limits.bytes / largestShare)
    const bytes = group.add(record, Math.min(longest, room.bytes - group.bytes))
    if (group.records.length > count) return 'accepted'
    if (bytes === undefined) return 'unwritable'
    return bytes > longest ? 'too_large' : 'queue_full'
  }

  #room(): { readonly records: number; readonly bytes: number } {
    const { state, retention, limits, whenFull, writer, occupiedBytes } = this.#parts
    const records = whenFull === 'drop_oldest' ? Number.POSITIVE_INFINITY : limits.records - retention.heldRecords
    return { records, bytes: limits.bytes - occupiedBytes() - writer.headerBytesFor(state.log.sources.current) }
  }

  async #write(): Promise<Attempt> {
    const { writer, state, bookkeeper } = this.#parts
    const group = this.#group
    this.#bytesUnderWay = group.bytes + writer.headerBytesFor(state.log.sources.current)
    try {
      if (bookkeeper.isUrgent) await bookkeeper.write()
      const segment = await writer.append(group.frames, group.first, state.log.sources.current)
      for (const { record, bytes } of group.records) {
        segment.add(state.log.next, bytes, () => record.at)
        state.log.push(record, bytes)
      }
    } catch (error) {
      this.#parts.failed(error)
      this.#failures++
      const attempt = await this.#afterFailure(isDiskFull(error) ? 'disk_full' : 'disk_error')
      if (attempt !== 'again') this.#failures = 0
      return attempt
    } finally {
      this.#bytesUnderWay = 0
    }
    this.#failures = 0
    this.#publish()
    return 'written'
  }

  #publish(): void {
    const { state, retention, limits, whenFull, bookkeeper } = this.#parts
    bookkeeper.isDue = true
    state.places.offer({ first: this.#group.first, last: state.log.next - 1n })
    if (state.places.attached.length === 0) state.log.forgetFresh(state.log.next)
    if (whenFull === 'drop_oldest') this.#pending.gaveUp(retention.giveUpBeyond(limits.records), 'queue_full')
  }

  async #afterFailure(reason: 'disk_full' | 'disk_error'): Promise<Attempt> {
    const { retention, whenFull } = this.#parts
    // A new file may do.
    if (reason === 'disk_error' && this.#failures === 1) return 'again'
    if (whenFull === 'wait') return this.#waitForDisk(reason)
    if (whenFull === 'drop_newest' || reason === 'disk_error' || this.#failures > 2) return reason
    const isDone = await this.#tried(() => retention.evictOldest((lost) => this.#pending.gaveUp(lost, 'disk_full')))
    return isDone ? 'again' : reason
  }

  async #waitForDisk(reason: 'disk_full' | 'disk_error'): Promise<Attempt> {
    if (this.#isClosed) return reason
    const isRoomMade = reason === 'disk_full' && (await this.#roomIsMade())
    if (!isRoomMade) await this.#pause(tryAgainMs)
    return 'again'
  }

  /** The next record finds no room: by the policy. */
  async #makeRoom(): Promise<void> {
    const { retention, whenFull } = this.#parts
    if (await this.#roomIsMade()) return
    switch (whenFull) {
      case 'wait':
        if (this.#isClosed) this.#pending.refuseAll()
        else await this.#pause(this.#hasDiskError ? tryAgainMs : undefined)
        return
      case 'drop_newest':
        return this.#finish(this.#gather(true).outcomes)
      case 'drop_oldest': {
        const isDone = await this.#tried(() =>
          retention.evictOldest((lost) => this.#pending.gaveUp(lost, 'queue_full')),
        )
        if (!isDone) this.#pending.finish(['queue_full'])
        return
      }
    }
  }

  #roomIsMade(): Promise<boolean> {
    return this.#tried(() => this.#parts.retention.makeRoom((records) => this.#pending.gaveUp(records, 'orphan')))
  }

  /** False also where the disk refuses. */
  async #tried(call: () => Promise<boolean>): Promise<boolean> {
    this.#hasDiskError = false
    try {
      return await call()
    } catch (error) {
      this.#hasDiskError = true
      this.#parts.failed(error)
      return false
    }
  }

  /** Until something is settled or closed, or the time is over. */
  async #pause(ms?: number): Promise<void> {
    if (this.#isClosed || this.#hasChanged) return
    const over = new AbortController()
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    const timer = ms === undefined ? undefined : this.#parts.clock.sleep(ms, over.signal).catch(() => undefined)
    await (timer === undefined ? woken : Promise.race([woken, timer]))
    over.abort()
    this.#wake = undefined
  }
}
