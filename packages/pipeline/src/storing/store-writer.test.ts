import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Batch, maxRanges, type TelemetryRecord } from '@headwatch/protocol'
import { RejectedError, RetryableError, type Store } from '@headwatch/sdk'
import { fakeClock, fakeLogger, modelStore, turns } from '@headwatch/sdk/testkit'
import { Numbering } from '../intake/numbering.ts'
import { MetricRegistry } from '../self-metrics/metric-registry.ts'
import { poisonFaults, StoreWriter, type StoreWriterOptions } from './store-writer.ts'
import { SupervisedStore } from './supervised-store.ts'

const sourceOf = (agent: string) => ({ agent, stream: 'main', epoch: 'e' })
const recordOf = (value: number): TelemetryRecord => ({
  type: 'metrics',
  origin: { agent: 'a', node: 'n' },
  at: value,
  readings: { value },
})
const batchOf = (agent: string, first: bigint, count = 1): Batch => ({
  source: sourceOf(agent),
  lane: 'live',
  first,
  count,
  records: Array.from({ length: count }, (_, index) => recordOf(Number(first) + index)),
})

/** A store whose appends the test may spoil; `makes` counts how often it was made. */
async function writerTo(
  spoil: (batches: readonly Batch[], made: number) => void | Promise<void> = () => undefined,
  options: Partial<StoreWriterOptions> = {},
) {
  const clock = fakeClock()
  const meter = new MetricRegistry()
  const inner = modelStore()
  const appends: number[] = []
  let made = 0
  const create = (): Store => {
    const mine = ++made
    return {
      ...inner,
      append: async (batches, gaps, signal) => {
        appends.push(batches.length)
        await spoil(batches, mine)
        return inner.append(batches, gaps, signal)
      },
      [Symbol.asyncDispose]: async () => undefined,
    }
  }
  const parts = { clock, meter, logger: fakeLogger() }
  const store = new SupervisedStore('kept', create, parts)
  await store.open(new AbortController().signal)
  const writer = new StoreWriter(store, { appendRecords: 100, maxRecords: 1_000, ...options }, parts)
  const ranges = (agent: string) => inner.storedRanges(sourceOf(agent))
  return { clock, meter, store, writer, appends, ranges, made: () => made }
}

describe('a store writer', () => {
  test('gives back what alone cannot be taken now, at once, and stores all others without a pause', async () => {
    const { writer, clock, ranges } = await writerTo((batches) => {
      if (batches.some(({ source }) => source.agent === 'full of holes'))
        throw new RetryableError('too many holes', { scope: 'this_data' })
    })
    const others = Array.from({ length: 6 }, (_, index) => `agent ${index}`)
    const written = others.map((agent) => writer.write({ batch: batchOf(agent, 1n) }, 'sender'))
    const holed = writer.write({ batch: batchOf('full of holes', 99n) }, 'sender')
    const after = writer.write({ batch: batchOf('late', 1n) }, 'sender')
    const before = clock.monotonicMs()
    await assert.rejects(holed, { retryable: true })
    await Promise.all([...written, after])
    assert.equal(clock.monotonicMs(), before)
    assert.equal(writer.isFailing, false)
    for (const agent of [...others, 'late']) assert.deepEqual(await ranges(agent), [{ first: 1n, last: 1n }])
  })

  test('that waits for a hole to be closed hears of it before anything else that waits', async () => {
    const held = Promise.withResolvers<void>()
    let isHeld = true
    const { writer } = await writerTo(() => (isHeld ? held.promise : undefined))
    const first = writer.write({ batch: batchOf('a', 1n) }, 'sender')
    await turns()
    const second = writer.write({ batch: batchOf('a', 5n) }, 'sender')
    const gap = writer.write({ gap: { source: sourceOf('a'), first: 2n, last: 4n, reason: 'lost' } }, 'sender')
    const order: string[] = []
    for (const [name, written] of Object.entries({ first, second, gap })) void written.then(() => order.push(name))
    isHeld = false
    held.resolve()
    await Promise.all([first, second, gap])
    assert.deepEqual(order, ['first', 'gap', 'second'])
  })

  test('writes what waits together', async () => {
    const { writer, appends, meter } = await writerTo()
    await Promise.all(
      Array.from({ length: 50 }, (_, index) => writer.write({ batch: batchOf('a', BigInt(index + 1)) }, 'sender')),
    )
    assert.ok(appends.length <= 2, `${appends.length} appends`)
    assert.equal(meter.total('headwatch_stored_total'), 50)
  })

  test('lets a source that the store cannot take now wait alone', async () => {
    const isStuck = (batch: Batch) => batch.source.agent === 'stuck'
    const { writer, clock, ranges } = await writerTo((batches) => {
      if (batches.some(isStuck)) throw new RetryableError('too many ranges')
    })
    let isStuckStored = false
    const stuck = writer.write({ batch: batchOf('stuck', 1n) }, 'sender')
    stuck.then(
      () => {
        isStuckStored = true
      },
      () => undefined,
    )
    const others = Array.from({ length: 20 }, (_, index) =>
      writer.write({ batch: batchOf(`other-${index}`, 1n) }, 'sender'),
    )
    const all = Promise.all(others)
    await clock.advance(600_000)
    await all
    assert.equal(isStuckStored, false)
    assert.deepEqual(await ranges('other-19'), [{ first: 1n, last: 1n }])
    assert.equal(await writer.close(AbortSignal.abort()), 0, 'the sender has it')
    await assert.rejects(stuck, { name: 'RetryableError' })
  })

  test('refuses what is too much at once, and takes it later', async () => {
    const stall = Promise.withResolvers<void>()
    const { writer } = await writerTo(() => stall.promise, { maxRecords: 10 })
    const first = writer.write({ batch: batchOf('a', 1n, 10) }, 'sender')
    await assert.rejects(writer.write({ batch: batchOf('a', 11n, 1) }, 'sender'), { name: 'RetryableError' })
    stall.resolve()
    await first
    await writer.write({ batch: batchOf('a', 11n, 1) }, 'sender')
    assert.equal(writer.waitingRecords, 0)
  })

  test('says within seconds that the store hangs, and when it goes on', async () => {
    const hang = Promise.withResolvers<void>()
    const { writer, clock } = await writerTo(() => hang.promise)
    await clock.advance(60_000)
    const written = writer.write({ batch: batchOf('a', 1n) }, 'nobody')
    await clock.advance(2_900)
    assert.equal(writer.isFailing, false)
    await clock.advance(100)
    assert.equal(writer.isFailing, true)
    hang.resolve()
    await written
    assert.equal(writer.isFailing, false)
  })

  test('never calls a store stalled that is behind but goes on', async () => {
    let release = Promise.withResolvers<void>()
    const { writer, clock } = await writerTo(() => release.promise, { appendRecords: 1 })
    const written = Array.from({ length: 5 }, (_, index) =>
      writer.write({ batch: batchOf('a', BigInt(index + 1)) }, 'nobody'),
    )
    for (const one of written) {
      await clock.advance(2_900)
      assert.equal(writer.isFailing, false)
      release.resolve()
      release = Promise.withResolvers()
      await one
    }
  })

  test('opens a store anew that breaks, and loses nothing', async () => {
    const { writer, clock, made, meter, ranges } = await writerTo((_, mine) => {
      if (mine < 3) throw new TypeError('the worker died')
    })
    const written = writer.write({ batch: batchOf('a', 1n, 5) }, 'nobody')
    await clock.advance(600_000)
    await written
    assert.equal(made(), 3)
    assert.equal(meter.total('headwatch_plugin_faults_total'), 2)
    assert.deepEqual(await ranges('a'), [{ first: 1n, last: 5n }])
  })

  test('finds the one batch that breaks the store', async () => {
    const isPoison = (batch: Batch) => batch.source.agent === 'poison'
    const { writer, clock, ranges, meter } = await writerTo((batches) => {
      if (batches.some(isPoison)) throw new TypeError('a bug')
    })
    const poison = assert.rejects(writer.write({ batch: batchOf('poison', 1n) }, 'sender'), { name: 'RejectedError' })
    const others = ['a', 'b', 'c'].map((agent) => writer.write({ batch: batchOf(agent, 1n) }, 'sender'))
    for (let first = 2n; first < 2n + BigInt(poisonFaults); first++) {
      const later = writer.write({ batch: batchOf('a', first) }, 'sender')
      await clock.advance(600_000)
      await later
    }
    await Promise.all([poison, ...others])
    assert.deepEqual(await ranges('c'), [{ first: 1n, last: 1n }])
    assert.equal(meter.total('headwatch_dropped_total', { reason: 'poison' }), 1)
  })

  test('says how many records nobody else has when it must end', async () => {
    const { writer } = await writerTo(() => new Promise(() => undefined))
    const mine = assert.rejects(writer.write({ batch: batchOf('a', 1n, 3) }, 'nobody'))
    const theirs = assert.rejects(writer.write({ batch: batchOf('b', 1n, 4) }, 'sender'))
    assert.equal(await writer.close(AbortSignal.abort()), 3)
    await Promise.all([mine, theirs])
    await assert.rejects(writer.write({ batch: batchOf('a', 4n) }, 'sender'), { name: 'RetryableError' })
  })
})

describe('our own numbering', () => {
  test('declares what a store did not take, so that its ranges never run out', async () => {
    let isRefusing = false
    const { writer, ranges } = await writerTo(() => {
      if (isRefusing) throw new RejectedError('no')
    })
    const numbering = new Numbering(sourceOf('a'))
    for (let round = 0; round < 4 * maxRanges; round++) {
      isRefusing = round % 2 === 1
      const written = numbering.write(writer, numbering.number([recordOf(round)]))
      if (isRefusing) await assert.rejects(written)
      else await written
    }
    isRefusing = false
    await numbering.write(writer, numbering.number([recordOf(0)]))
    assert.deepEqual(await ranges('a'), [{ first: 1n, last: BigInt(4 * maxRanges + 1) }])
  })
})
