import assert from 'node:assert/strict'
import { type Lane, rangeOf, sequenceAt, type TelemetryRecord } from '@headwatch/protocol'
import type { PutResult, Taken } from './queue.ts'

const lanes: readonly Lane[] = ['live', 'backlog']

/** What one destination must see: which numbers wait for it in which lane, and what became of the others. */
export class ReaderModel {
  readonly waiting: Record<Lane, bigint[]> = { live: [], backlog: [] }
  readonly taken: Taken[] = []
  readonly settled = new Set<bigint>()
  readonly gaps = new Set<bigint>()

  /** Checks a run against what waits: in order, without holes, within the limit, nothing twice; then moves it to `taken`. */
  take(lane: Lane, taken: Taken, maxRecords: number): void {
    const numbers = numbersOf(taken)
    assert.deepEqual(numbers, this.waiting[lane].slice(0, numbers.length), `the next run of ${lane}`)
    assert.ok(numbers.length > 0, 'an empty run')
    if (taken.kind === 'batch') {
      assert.equal(taken.batch.lane, lane)
      assert.ok(numbers.length <= maxRecords, `${numbers.length} records where ${maxRecords} were wanted`)
      assert.equal(taken.batch.records.length, taken.batch.count, 'a queue holds a record for each number')
    } else assert.equal(taken.lane, lane)
    this.waiting[lane].splice(0, numbers.length)
    this.taken.push(taken)
  }

  settle(taken: Taken): void {
    this.#forget(taken)
    for (const number of numbersOf(taken)) {
      assert.ok(!this.settled.has(number) && !this.gaps.has(number), `number ${number} came again after it was settled`)
      if (taken.kind === 'gap') this.gaps.add(number)
      else this.settled.add(number)
    }
  }

  release(taken: Taken): void {
    this.#forget(taken)
    const lane = taken.kind === 'batch' ? taken.batch.lane : taken.lane
    this.waiting[lane] = [...this.waiting[lane], ...numbersOf(taken)].sort(ascending)
  }

  split(): void {
    this.waiting.backlog = [...this.waiting.backlog, ...this.waiting.live].sort(ascending)
    this.waiting.live = []
  }

  get waitingCount(): number {
    return lanes.reduce((sum, lane) => sum + this.waiting[lane].length, 0)
  }

  /** Settled, missing, taken or waiting: every number is in exactly one place. */
  get known(): number {
    const taken = this.taken.reduce((sum, run) => sum + numbersOf(run).length, 0)
    return this.settled.size + this.gaps.size + this.waitingCount + taken
  }

  #forget(taken: Taken): void {
    this.taken.splice(this.taken.indexOf(taken), 1)
  }
}

/** What the log must have done: who was accepted in which order, and that every destination sees the same under one number. */
export class LogModel {
  readonly #idBy = new Map<bigint, number>()
  #next = 1n
  accepted = 0
  dropped = 0

  /** Gives accepted records their numbers. */
  put({ accepted, dropped }: PutResult, readers: Iterable<ReaderModel>): void {
    for (let count = 0; count < accepted; count++, this.#next++)
      for (const reader of readers) reader.waiting.live.push(this.#next)
    this.accepted += accepted
    this.dropped += dropped
  }

  /** Checks that one number is one record, whoever reads it, and that a higher number was put later. */
  read(taken: Taken): void {
    if (taken.kind === 'gap') return
    for (const [index, record] of taken.batch.records.entries()) {
      const number = sequenceAt(taken.batch, index)
      const id = idOf(record)
      assert.equal(this.#idBy.get(number) ?? id, id, `number ${number} is one record`)
      this.#idBy.set(number, id)
      const before = this.#idBy.get(number - 1n)
      assert.ok(before === undefined || before < id, `number ${number} was put after ${number - 1n}`)
    }
  }
}

/** The numbers of a run. */
export function numbersOf(taken: Taken): bigint[] {
  const { first, last } = taken.kind === 'batch' ? rangeOf(taken.batch) : taken.gap
  return Array.from({ length: Number(last - first) + 1 }, (_, index) => first + BigInt(index))
}

/** The id that the checker gave a record. */
export function idOf(record: object): number {
  return Number((record as { readings?: { id?: unknown } }).readings?.id)
}

/** A record that can be told from others. */
export function recordOf(id: number): TelemetryRecord {
  return { type: 'metrics', origin: { agent: 'a', node: 'n' }, at: 1_700_000_000_000 + id, readings: { id } }
}

function ascending(a: bigint, b: bigint): number {
  return a < b ? -1 : 1
}
