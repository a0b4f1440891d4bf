import assert from 'node:assert/strict'
import { type Lane, rangeOf, sequenceAt, sourceText, type TelemetryRecord } from '@headwatch/protocol'
import { fakeClock, type FakeClock, fakeLogger, fakeMeter } from '@headwatch/sdk/testkit'
import type { PutResult, QueueLimits, QueueReader, ReaderOptions, Taken, WhenFull } from '../../queue.ts'
import type { DiskQueue } from '../disk-queue.ts'
import { openQueueOn } from '../open-disk-queue.ts'
import type { SimulatedDisk } from './simulated-disk.ts'

export const queueFolder = '/data/queue/main'

/** The power went while something was awaited. */
export class PowerCut extends Error {}

export interface WatchedOptions {
  readonly limits?: QueueLimits
  readonly whenFull?: WhenFull
  readonly firstSequence?: bigint
  /** How much stays in memory: 0, so that everything is read from the disk. */
  readonly freshBytes?: number
  /** How large a segment grows: small, so that there are many. */
  readonly segmentBytes?: number
}

/** What must hold for records whatever happens to the disk, over any number of openings. */
export class RecordLedger {
  /** Put, and promised to be kept. */
  readonly acknowledged = new Set<number>()
  readonly #settled = new Map<string, Set<number>>()
  readonly #joinedAt = new Map<string, number>()
  readonly #idBy = new Map<string, number>()
  nextId = 1

  /** Under one number of one source there is one record, for ever; and it is the one that was put. */
  read(taken: Taken): void {
    if (taken.kind === 'gap') return
    for (const [index, record] of taken.batch.records.entries()) {
      const number: string = `${sourceText(taken.batch.source)} ${sequenceAt(taken.batch, index)}`
      const id: number = idOf(record)
      assert.deepEqual(record, recordOf(id), `record ${id} is intact`)
      assert.equal(this.#idBy.get(number) ?? id, id, `${number} is one record`)
      this.#idBy.set(number, id)
    }
  }

  settle(destination: string, taken: Taken): void {
    const settled = this.#settled.get(destination) ?? new Set()
    this.#settled.set(destination, settled)
    if (taken.kind === 'batch') for (const record of taken.batch.records) settled.add(idOf(record))
  }

  /** A destination is read: what is put from now on is for it. */
  joins(destination: string): void {
    if (!this.#joinedAt.has(destination)) this.#joinedAt.set(destination, this.nextId)
  }

  /** Those that were ever read. */
  get destinations(): readonly string[] {
    return [...this.#joinedAt.keys()]
  }

  /** What a destination must still get. */
  owed(destination: string): readonly number[] {
    const settled = this.#settled.get(destination)
    const from = this.#joinedAt.get(destination) ?? this.nextId
    return [...this.acknowledged].filter((id) => id >= from && settled?.has(id) !== true)
  }
}

/** A disk queue on a simulated disk, with a clock that moves on while something waits. */
export class WatchedQueue {
  readonly disk: SimulatedDisk
  readonly clock: FakeClock
  readonly queue: DiskQueue
  readonly logger
  readonly #ledger: RecordLedger
  readonly #readers = new Map<string, QueueReader>()

  private constructor(
    disk: SimulatedDisk,
    clock: FakeClock,
    queue: DiskQueue,
    logger: ReturnType<typeof fakeLogger>,
    ledger: RecordLedger,
  ) {
    this.disk = disk
    this.clock = clock
    this.queue = queue
    this.logger = logger
    this.#ledger = ledger
  }

  static async open(disk: SimulatedDisk, ledger: RecordLedger, options: WatchedOptions = {}): Promise<WatchedQueue> {
    const clock = fakeClock()
    const logger = fakeLogger()
    const { firstSequence, freshBytes = 0, segmentBytes = 600 } = options
    const machine = {
      files: disk,
      lock: () => ({ bytes: 0, release: () => undefined }),
      freshBytes,
      segmentBytes,
      ...(firstSequence !== undefined && { firstSequence }),
    }
    const opening = openQueueOn(machine, {
      folder: queueFolder,
      source: { agent: 'a', stream: 'main', epoch: `epoch ${++openings}` },
      limits: options.limits ?? { records: 100_000, bytes: 4 * 1024 * 1024 },
      whenFull: options.whenFull ?? 'wait',
      clock,
      logger,
      meter: fakeMeter(),
    })
    return new WatchedQueue(disk, clock, await settledOn(disk, clock, opening), logger, ledger)
  }

  reader(name: string, options?: ReaderOptions): QueueReader {
    const known = this.#readers.get(name)
    if (known !== undefined) return known
    const made = this.queue.reader(name, options)
    this.#ledger.joins(name)
    this.#readers.set(name, made)
    return made
  }

  /** @throws {PowerCut} whether the records are kept is not known then. */
  async put(count: number): Promise<PutResult> {
    const ids = Array.from({ length: count }, () => this.#ledger.nextId++)
    const result = await this.settled(this.queue.put(ids.map(recordOf)))
    if (result.accepted === count) for (const id of ids) this.#ledger.acknowledged.add(id)
    return result
  }

  async take(name: string, lane: Lane, records = 3): Promise<Taken | undefined> {
    const reader = this.reader(name)
    if (reader.status()[lane].records === 0) return undefined
    const taken = await this.settled(reader.take(lane, { records, bytes: 1_000_000 }, new AbortController().signal))
    if (taken !== undefined) this.#ledger.read(taken)
    return taken
  }

  settle(name: string, taken: Taken): void {
    this.#ledger.settle(name, taken)
    this.reader(name).settle(taken)
  }

  /** Everything that waits for a destination: ids in order of delivery, and how many numbers will never come. */
  async drain(
    name: string,
  ): Promise<{ readonly ids: readonly number[]; readonly gaps: readonly { reason: string; records: number }[] }> {
    const ids: number[] = []
    const gaps: { reason: string; records: number }[] = []
    this.reader(name)
    for (const lane of ['backlog', 'live'] as const) {
      let last = -1n
      for (let taken = await this.take(name, lane); taken !== undefined; taken = await this.take(name, lane)) {
        const range = taken.kind === 'batch' ? rangeOf(taken.batch) : taken.gap
        assert.ok(range.first > last, `${lane} comes in order`)
        last = range.last
        if (taken.kind === 'batch') ids.push(...taken.batch.records.map(idOf))
        else gaps.push({ reason: taken.gap.reason, records: Number(range.last - range.first) + 1 })
        this.settle(name, taken)
      }
    }
    return { ids, gaps }
  }

  /** The queue is closed as a program does that ends. */
  async close(): Promise<void> {
    await this.settled(this.queue[Symbol.asyncDispose]())
  }

  /** Lets time pass. */
  async wait(ms: number): Promise<void> {
    await this.clock.advance(ms)
    if (!this.disk.hasPower) throw new PowerCut()
  }

  /** What a promise of the queue settles with, time passing meanwhile. */
  settled<T>(promise: Promise<T>): Promise<T> {
    return settledOn(this.disk, this.clock, promise)
  }
}

let openings = 0

/** A record that can be told from others, of a length that varies. */
export function recordOf(id: number): TelemetryRecord {
  return {
    type: 'log',
    origin: { agent: 'a', node: 'n' },
    at: 1_700_000_000_000 + id,
    severity: 6,
    application: 'test',
    message: `${id} ${'x'.repeat((id * 7) % 40)}`,
  }
}

export function idOf(record: TelemetryRecord): number {
  return record.type === 'log' ? Number.parseInt(record.message, 10) : Number.NaN
}

const mostTurns = 2_000

async function settledOn<T>(disk: SimulatedDisk, clock: FakeClock, promise: Promise<T>): Promise<T> {
  let isSettled = false
  const watch = () => {
    isSettled = true
  }
  promise.then(watch, watch)
  for (let turn = 0; turn < mostTurns; turn++) {
    await new Promise((resolve) => setImmediate(resolve))
    if (isSettled) return promise
    if (!disk.hasPower) throw new PowerCut()
    // A few turns with the clock still, for what only waits for the disk.
    if (turn % 5 === 4) await clock.advance(500)
  }
  throw new Error('a promise of the queue does not settle')
}
