import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Batch,
  closeRange,
  isClosed,
  openParts,
  type SequenceRange,
  sequenceAt,
  type TelemetryRecord,
} from '@headwatch/protocol'
import { type Accept, type Exporter, RejectedError, RetryableError, retryAfterOf, verdictOf } from '@headwatch/sdk'
import { checkedConfig, type FakeClock, fakeHost, whileClockRuns } from '@headwatch/sdk/testkit'
import * as fc from 'fast-check'
import { exporterConfig, receiverConfig } from './config.ts'
import { nativeExporter } from './exporter.ts'
import type { Carrier, Link, LinkListener } from './link.ts'
import { nativeReceiver } from './receiver.ts'
import { Switchboard } from './switchboard.ts'

/** What chance does to one run, all of it from one seed. */
interface Fate {
  /** From 0 up to but without 1. */
  readonly chance: () => number
  /** Of frames after which the connection is cut. */
  readonly cut: number
  /** Of connections that die without a word: nothing arrives any more and nobody is told. */
  readonly dieSilently: number
  /** Of what the pipeline cannot take now, and of what it never takes. */
  readonly retry: number
  readonly reject: number
}

const source = { agent: 'eu-1', stream: 'main', epoch: 'e1' }

test('every record is stored once and nothing acknowledged is lost, however connections are cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      fc.constantFrom(0, 0.02, 0.2),
      fc.constantFrom(0, 0.1, 0.5),
      fc.constantFrom(0, 0.1, 0.4),
      fc.constantFrom(0, 0.05),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 40 }),
      async (seed, cut, dieSilently, retry, reject, sizes) => {
        await deliverAll({ chance: seededChance(seed), cut, dieSilently, retry, reject }, sizes)
      },
    ),
    { numRuns: 200 },
  )
})

/** Mulberry32: fair enough that nothing goes wrong for ever, and the same for the same seed. */
function seededChance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Runs agent and server until every batch is settled, and checks the books at every step. */
async function deliverAll(fate: Fate, sizes: readonly number[]): Promise<void> {
  const host = fakeHost({ self: { agent: 'eu-1', node: 'geth-a' }, storedRanges: async () => store.ranges })
  const store = modelPipeline(host.clock, fate)
  const carrier = new Unreliable(fate)
  const stop = new AbortController()
  const small = {
    listen: 'in_process:main',
    creditRecords: 40,
    batchRecords: 5,
    heartbeatMs: 1_000,
    retryAfterMs: 100,
    restartSpreadMs: 0,
  }
  const receiver = nativeReceiver(carrier).create(await checkedConfig(receiverConfig, small), host)
  const exporter = nativeExporter(carrier, fate.chance).create(
    await checkedConfig(exporterConfig, { endpoint: 'in_process:main' }),
    host,
  )
  const listening = receiver.listen(store.accept, stop.signal)
  const batches = batchesOf(sizes)
  await whileClockRuns(host.clock, drain(exporter, batches, host.clock, store))
  stop.abort()
  await exporter[Symbol.asyncDispose]?.()
  await whileClockRuns(host.clock, listening)
  const last = batches.at(-1)
  assert.deepEqual(store.ranges, last && [{ first: 1n, last: last.first + BigInt(last.count) - 1n }], 'holes are left')
  for (const batch of batches) {
    for (const index of batch.records.keys()) {
      const sequence = sequenceAt(batch, index)
      assert.equal((store.times.get(sequence) ?? 0) + (store.refused.has(sequence) ? 1 : 0), 1, `number ${sequence}`)
    }
  }
}

/** Batches of the given sizes, some of whose numbers have no record. */
function batchesOf(sizes: readonly number[]): readonly Batch[] {
  let first = 1n
  return sizes.map((count, number): Batch => {
    const offsets = Array.from({ length: count }, (_, offset) => offset).filter((offset) => (offset + number) % 4 !== 3)
    const records = offsets.map(
      (offset): TelemetryRecord => ({
        type: 'metrics',
        origin: { agent: 'somebody-else', node: 'geth-a' },
        at: 0,
        readings: { number: first + BigInt(offset) },
      }),
    )
    const lane = number % 3 === 0 ? 'backlog' : 'live'
    const batch = { source, lane, first, count, records, ...(records.length < count && { offsets }) } as const
    first += BigInt(count)
    return batch
  })
}

/** What the pipeline of an agent does: as many at once as the exporter allows, again and again until all is settled. */
async function drain(
  exporter: Exporter,
  batches: readonly Batch[],
  clock: FakeClock,
  store: ReturnType<typeof modelPipeline>,
): Promise<void> {
  const waiting = [...batches]
  const worker = async (): Promise<void> => {
    for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) {
      for (let rest: Batch | undefined = batch; rest !== undefined; ) rest = await attempt(exporter, rest, clock, store)
    }
  }
  await Promise.all(Array.from({ length: exporter.inFlight ?? 1 }, worker))
}

async function attempt(
  exporter: Exporter,
  batch: Batch,
  clock: FakeClock,
  store: ReturnType<typeof modelPipeline>,
): Promise<Batch | undefined> {
  try {
    const outcome = (await exporter.export(batch, new AbortController().signal)) ?? { rejected: [], kept: [] }
    const rejected = new Set(outcome.rejected.map(({ index }) => index))
    const kept = new Set(outcome.kept)
    for (const index of batch.records.keys()) {
      const sequence = sequenceAt(batch, index)
      if (rejected.has(index)) assert.ok(!store.times.has(sequence), `${sequence} was refused and is stored`)
      else if (!kept.has(index)) assert.ok(isClosed(store.ranges, sequence), `${sequence} was acknowledged and is lost`)
    }
    if (kept.size === 0) return undefined
    const indices = [...kept]
    return {
      ...batch,
      records: indices.flatMap((index) => batch.records[index] ?? []),
      offsets: indices.map((index) => Number(sequenceAt(batch, index) - batch.first)),
    }
  } catch (thrown) {
    assert.equal(verdictOf(thrown), 'retry', String(thrown))
    await clock.sleep(Math.max(50, retryAfterOf(thrown) ?? 0))
    return batch
  }
}

/** A pipeline that stores: closes ranges, counts every number it stores, and fails as fate has it. */
function modelPipeline(clock: FakeClock, fate: Fate) {
  const times = new Map<bigint, number>()
  const refused = new Set<bigint>()
  const state = { ranges: [] as readonly SequenceRange[], times, refused }
  const poison = new Map<bigint, boolean>()
  const accept = async (items: Parameters<Accept>[0], position?: Parameters<Accept>[1]): Promise<void> => {
    if (position === undefined) return
    const { first, count = items.length, offsets } = position
    await clock.sleep(Math.floor(fate.chance() * 500))
    if (fate.chance() < fate.retry) throw new RetryableError('busy', { retryAfterMs: Math.floor(fate.chance() * 300) })
    // The same data is refused each time, as its contract says.
    if (!poison.has(first)) poison.set(first, fate.chance() < fate.reject)
    const open = openParts(state.ranges, { first, last: first + BigInt(count) - 1n })
    if (poison.get(first)) throw new RejectedError('poison')
    for (const [index, item] of items.entries()) {
      const sequence = first + BigInt(offsets?.[index] ?? index)
      assert.equal(item.origin?.agent, 'eu-1')
      assert.equal(item.type === 'metrics' && item.readings.number, sequence, 'a record under a wrong number')
      if (isClosed(open, sequence)) times.set(sequence, (times.get(sequence) ?? 0) + 1)
    }
    state.ranges = closeRange(state.ranges, { first, last: first + BigInt(count) - 1n })
  }
  const gap: Accept['gap'] = async ({ first, last }) => {
    for (const part of openParts(state.ranges, { first, last })) {
      for (let sequence = part.first; sequence <= part.last; sequence++) refused.add(sequence)
    }
    state.ranges = closeRange(state.ranges, { first, last })
  }
  return Object.assign(state, { accept: Object.assign(accept, { gap }) })
}

/** Links of a switchboard that are cut after any frame, in either direction, or die without a word. */
class Unreliable implements Carrier {
  readonly #switchboard = new Switchboard()
  readonly #fate: Fate

  constructor(fate: Fate) {
    this.#fate = fate
  }

  async dial(endpoint: string, listener: LinkListener): Promise<Link> {
    const { chance, cut, dieSilently } = this.#fate
    const dies = chance() < dieSilently
    let framesLeft = 3 + Math.floor(chance() * 40)
    const isDead = (): boolean => dies && framesLeft-- <= 0
    const link = await this.#switchboard.dial(endpoint, {
      onFrame: (frame) => {
        if (!isDead()) listener.onFrame(frame)
      },
      onEnd: (clean) => listener.onEnd(clean),
    })
    return {
      address: link.address,
      get bufferedBytes() {
        return link.bufferedBytes
      },
      send: (frame) => {
        if (isDead()) return
        if (chance() < cut) link.close()
        link.send(frame)
        if (chance() < cut) link.close()
      },
      close: () => link.close(),
    }
  }

  listen(endpoint: string, accept: (link: Link) => LinkListener | undefined, signal: AbortSignal): void {
    this.#switchboard.listen(endpoint, accept, signal)
  }
}
