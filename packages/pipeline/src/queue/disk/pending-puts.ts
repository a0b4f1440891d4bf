import type { TelemetryRecord } from '@headwatch/protocol'
import type { PutResult } from '../queue.ts'

/** What becomes of a record that is put: why it is not in the log, where it is not. */
export type PutOutcome =
  | 'accepted'
  | 'queue_full'
  | 'too_large'
  | 'unwritable'
  | 'disk_full'
  | 'disk_error'
  | 'numbers_used_up'
  | 'orphan'

/** A put that waits for its turn. */
interface PendingPut {
  readonly records: readonly TelemetryRecord[]
  /** How many of its records are dealt with. */
  done: number
  accepted: number
  dropped: number
  readonly dropReasons: Record<string, number>
  readonly settle: (result: PutResult) => void
}

/** Puts in the order in which they came. */
export class PendingPuts {
  #puts: PendingPut[] = []
  #records = 0

  /** Records that wait. */
  get records(): number {
    return this.#records
  }

  get isEmpty(): boolean {
    return this.#puts.length === 0
  }

  add(records: readonly TelemetryRecord[]): Promise<PutResult> {
    this.#records += records.length
    return new Promise((settle) => {
      this.#puts.push({ records, done: 0, accepted: 0, dropped: 0, dropReasons: {}, settle })
    })
  }

  /** The records that wait, in order. Nothing must be added or finished while this is read. */
  *waiting(): Generator<TelemetryRecord> {
    for (const { records, done } of this.#puts)
      for (let index = done; index < records.length; index++) yield records[index] as TelemetryRecord
  }

  /** The next records are dealt with. Settles the puts that are done. */
  finish(outcomes: readonly PutOutcome[]): void {
    for (const outcome of outcomes) {
      const [put] = this.#puts
      if (put === undefined) return
      put.done++
      this.#records--
      if (outcome === 'accepted') put.accepted++
      else this.#drop(put, outcome, 1)
      if (put.done === put.records.length) this.#settle()
    }
  }

  /** Older records were given up to make room for those of the next put. */
  gaveUp(records: number, reason: PutOutcome): void {
    const [put] = this.#puts
    if (put !== undefined && records > 0) this.#drop(put, reason, records)
  }

  /** Nothing more is taken in. */
  refuseAll(): void {
    this.finish(new Array<PutOutcome>(this.#records).fill('queue_full'))
  }

  #drop(put: PendingPut, reason: PutOutcome, records: number): void {
    put.dropped += records
    if (reason !== 'queue_full') put.dropReasons[reason] = (put.dropReasons[reason] ?? 0) + records
  }

  #settle(): void {
    const put = this.#puts.shift()
    if (put === undefined) return
    const { accepted, dropped, dropReasons } = put
    put.settle({ accepted, dropped, ...(Object.keys(dropReasons).length > 0 && { dropReasons }) })
  }
}
