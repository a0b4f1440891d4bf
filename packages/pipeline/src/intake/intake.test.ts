import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Batch, TelemetryRecord } from '@headwatch/protocol'
import type { Store } from '@headwatch/sdk'
import { fakeClock, fakeLogger, modelStore, turns } from '@headwatch/sdk/testkit'
import { MemoryQueue } from '../queue/memory-queue.ts'
import { MetricRegistry } from '../self-metrics/metric-registry.ts'
import { StoreWriter } from '../storing/store-writer.ts'
import { SupervisedStore } from '../storing/supervised-store.ts'
import { Intake } from './intake.ts'
import { Numbering } from './numbering.ts'
import { Processing } from './processing.ts'
import { QueueInlet } from './queue-inlet.ts'

const agent = { agent: 'eu-1', stream: 'main', epoch: 'e' }
const server = { agent: 'edge-1', stream: 'main', epoch: 's' }
const recordOf = (value: number): TelemetryRecord => ({
  type: 'metrics',
  origin: { agent: 'eu-1', node: 'geth-a' },
  at: value,
  readings: { value },
})
const batchOf = (first: number, count: number, source = agent): Batch => ({
  source,
  lane: 'live',
  first: BigInt(first),
  count,
  records: Array.from({ length: count }, (_, index) => recordOf(first + index)),
})

/** A server's pipeline with a store and exporters; `beforeAppend` and `beforePut` hold things up. */
async function intakeOf({ beforePut = async () => undefined as void, beforeAppend = async () => undefined as void }) {
  const parts = { clock: fakeClock(), meter: new MetricRegistry(), logger: fakeLogger() }
  const inner = modelStore()
  const create = (): Store => ({
    ...inner,
    append: async (...appended) => {
      await beforeAppend()
      return inner.append(...appended)
    },
    [Symbol.asyncDispose]: async () => undefined,
  })
  const kept = new SupervisedStore('kept', create, parts)
  await kept.open(new AbortController().signal)
  const writer = new StoreWriter(kept, { appendRecords: 100, maxRecords: 1_000 }, parts)
  const queue = new MemoryQueue(server, { limits: { records: 1_000, bytes: 1_000_000 }, whenFull: 'wait' })
  const put = queue.put.bind(queue)
  queue.put = async (records) => {
    await beforePut()
    return put(records)
  }
  const reader = queue.reader('onward')
  const inlet = new QueueInlet(queue, parts)
  const outlets = { stores: [writer], queue: inlet, acknowledge: 'stored' as const, isQueuePromised: true }
  const processing = new Processing([], (item) => item as TelemetryRecord, parts.meter)
  const intake = new Intake(processing, outlets, new Numbering({ ...server, stream: 'added' }), parts.meter)
  const takeAll = async () => {
    queue.close()
    const taken = await reader.take('live', { records: 1_000, bytes: 1_000_000 }, new AbortController().signal)
    return taken?.kind === 'batch' ? taken.batch.records : []
  }
  return { intake, inlet, close: () => queue.close(), takeAll, storedRanges: () => inner.storedRanges(agent) }
}

test('what a sender numbered is in the queue before a store has it, so that a crash in between loses neither', async () => {
  const queued = Promise.withResolvers<void>()
  const { intake, storedRanges } = await intakeOf({ beforePut: () => queued.promise })
  const taking = intake.take(batchOf(1, 3), undefined)
  await turns()
  assert.deepEqual(await storedRanges(), [])
  queued.resolve()
  await taking
  assert.deepEqual(await storedRanges(), [{ first: 1n, last: 3n }])
})

test('what is repeated while a store is away goes into the queue once, however it is cut', async () => {
  const isBack = Promise.withResolvers<void>()
  const { intake, takeAll } = await intakeOf({ beforeAppend: () => isBack.promise })
  const first = intake.take(batchOf(1, 4), undefined)
  await turns()
  const again = [intake.take(batchOf(1, 2), undefined), intake.take(batchOf(3, 4), undefined)]
  await turns()
  isBack.resolve()
  await Promise.all([first, ...again])
  assert.deepEqual(
    (await takeAll()).map(({ identity }) => identity?.sequence),
    [1n, 2n, 3n, 4n, 5n, 6n],
  )
})

test('only what others numbered leaves under their numbers', async () => {
  const { intake, takeAll } = await intakeOf({})
  await intake.take(batchOf(7, 1), undefined)
  await intake.take(batchOf(1, 1, { ...server, stream: 'received/ethstats' }), undefined)
  await intake.closeGap({ source: agent, first: 8n, last: 9n, reason: 'wrapped' })
  await intake.take(batchOf(3, 1, { ...server, epoch: 'of an agent of that name' }), undefined)
  await intake.closeGap({ source: { ...server, stream: 'received/ethstats' }, first: 8n, last: 9n, reason: 'wrapped' })
  assert.deepEqual(
    (await takeAll()).map(({ type, identity }) => [type, identity?.sequence]),
    [
      ['metrics', 7n],
      ['metrics', undefined],
      ['gap', 9n],
      ['metrics', 3n],
    ],
  )
})

test('what a queue that is closing does not take stays with its sender, and does not count as let go', async () => {
  const { intake, inlet, close, storedRanges } = await intakeOf({})
  close()
  await assert.rejects(intake.take(batchOf(1, 3), undefined), { name: 'RetryableError' })
  assert.equal(inlet.droppedRecords, 0)
  assert.deepEqual(await storedRanges(), [])
})
