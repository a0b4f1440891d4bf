import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Batch, Telemetry } from '@headwatch/protocol'
import {
  type Accept,
  defineCollector,
  defineExporter,
  defineProcessor,
  defineReceiver,
  defineStore,
  type Exporter,
  type Kind,
  type Plugin,
  RejectedError,
  RetryableError,
  type Store,
} from '@headwatch/sdk'
import { type FakeClock, fakeClock, fakeLogger } from '@headwatch/sdk/testkit'
import { z } from 'zod'
import type { Instance, Plan } from './plan.ts'
import { MemoryQueue } from './queue/memory-queue.ts'
import { MetricRegistry } from './self-metrics/metric-registry.ts'
import { collectorSettings, exporterSettings, pipelineSettings } from './settings.ts'
import { startPipelines } from './start-pipelines.ts'

const about = { summary: 'For tests.', stability: 'experimental' as const, config: z.object({}) }
const ping = (value: number): Telemetry => ({ type: 'metrics', readings: { value } })
const valuesOf = (batches: readonly Batch[]) =>
  batches.flatMap(({ records }) =>
    records.map((record) => (record.type === 'metrics' ? Number(record.readings.value) : undefined)),
  )

const collectorOf = (name: string, collect: (signal: AbortSignal) => AsyncIterable<Telemetry>) =>
  defineCollector({ ...about, name, create: () => ({ collect }) })
const exporterOf = (name: string, exporter: Exporter) => defineExporter({ ...about, name, create: () => exporter })

/** An exporter that remembers what it was given, and does as `answer` says first. */
function listening(answer: (batch: Batch) => Promise<never> | undefined = () => undefined) {
  const batches: Batch[] = []
  const exporter: Exporter = {
    export: async (batch) => {
      await answer(batch)
      batches.push(batch)
    },
  }
  return { batches, exporter }
}

/** A receiver whose `accept` the test calls. */
function receiverInHand() {
  const { promise: accept, resolve } = Promise.withResolvers<Accept>()
  const plugin = defineReceiver({
    ...about,
    name: 'in_hand',
    create: () => ({
      listen: (given, signal) => {
        resolve(given)
        return new Promise((ended) => signal.addEventListener('abort', () => ended()))
      },
    }),
  })
  return { plugin, accept }
}

function storeOf(append: Store['append']): Plugin<'store', object> {
  const unasked = () => Promise.reject(new Error('not asked in these tests'))
  const answers = {
    storedRanges: unasked,
    gaps: unasked,
    series: unasked,
    latest: unasked,
    blocks: unasked,
    nodes: unasked,
    logs: unasked,
    alarms: unasked,
  }
  return defineStore({
    ...about,
    name: 'kept',
    create: () => ({ ...answers, open: async () => undefined, append, [Symbol.asyncDispose]: async () => undefined }),
  })
}

interface Setup {
  readonly plugins: readonly Plugin<Kind, never>[]
  readonly pipeline?: Partial<z.input<typeof pipelineSettings>>
  readonly settings?: object
  readonly clock?: FakeClock
  readonly recall?: () => Promise<void>
}

/** Starts the plugins as one pipeline, from all sources through all processors to all outlets. */
async function start({ plugins, pipeline = {}, settings = {}, clock = fakeClock(), recall }: Setup) {
  const defaults = {
    collector: collectorSettings,
    exporter: exporterSettings,
    receiver: z.object({}),
    processor: z.object({}),
    store: z.object({}),
  }
  const instancesOf = <K extends Kind>(kind: K) =>
    plugins
      .filter((plugin) => plugin.kind === kind)
      .map((plugin) => ({
        name: plugin.name,
        plugin,
        config: {},
        settings: defaults[kind].parse(kind === 'exporter' || kind === 'collector' ? settings : {}),
      })) as unknown as Instance<K>[]
  const names = (...kinds: Kind[]) => kinds.flatMap((kind) => instancesOf(kind).map(({ name }) => name))
  const plan: Plan = {
    self: { agent: 'a', node: 'n' },
    collectors: instancesOf('collector'),
    receivers: instancesOf('receiver'),
    processors: instancesOf('processor'),
    exporters: instancesOf('exporter'),
    stores: instancesOf('store'),
    pipelines: [
      {
        name: 'main',
        ...pipelineSettings.parse({
          from: names('collector', 'receiver'),
          through: names('processor'),
          to: names('exporter', 'store'),
          acknowledge: 'memory',
          ...pipeline,
          queue: { keep: 'memory', ...pipeline.queue },
        }),
      },
    ],
  }
  const metrics = new MetricRegistry()
  const logger = fakeLogger()
  const makeQueue = (source: Batch['source'], { queue }: Plan['pipelines'][number]) =>
    new MemoryQueue(source, { limits: queue, whenFull: queue.whenFull })
  const parts = { clock, logger, metrics, lent: {}, epoch: 'e', makeQueue, ...(recall !== undefined && { recall }) }
  const running = await startPipelines(plan, parts)
  return { running, clock, metrics, logger }
}

describe('a start', () => {
  const store = storeOf(async () => ({ stored: 0, duplicates: 0 }))

  test('lets nothing in before what the store remembers is recalled', async () => {
    const recalled = Promise.withResolvers<void>()
    const { plugin, accept } = receiverInHand()
    let isListening = false
    void accept.then(() => {
      isListening = true
    })
    const starting = start({ plugins: [plugin, store] as never, recall: () => recalled.promise })
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(isListening, false)
    recalled.resolve()
    const { running } = await starting
    await accept
    await running.drain(0)
  })

  test('that cannot recall ends with the reason', async () => {
    const { plugin } = receiverInHand()
    const recall = () => Promise.reject(new RetryableError('the store is away'))
    await assert.rejects(start({ plugins: [plugin, store] as never, recall }), { message: 'the store is away' })
  })
})

describe('collectors', () => {
  test('that hang, throw and flood cost the others neither a reading nor a moment', async () => {
    const momentsOf = async (others: readonly Plugin<'collector', object>[]) => {
      const clock = fakeClock(0)
      const moments: number[] = []
      const steady = collectorOf('steady', async function* () {
        moments.push(clock.now())
        yield ping(1)
      })
      const { running } = await start({
        plugins: [steady, ...others, exporterOf('out', listening().exporter)] as never,
        settings: { everyMs: 1_000 },
        clock,
      })
      await clock.advance(5_500)
      const stopping = running.drain(0)
      await clock.advance(10_000)
      await stopping
      return moments
    }
    const hanging = collectorOf('hanging', async function* () {
      await new Promise(() => undefined)
      yield ping(0)
    })
    const throwing = collectorOf('throwing', async function* () {
      yield ping(0)
      throw new TypeError('a bug')
    })
    const flooding = collectorOf('flooding', async function* () {
      for (let value = 0; value < 1_000; value++) yield ping(value)
    })
    assert.deepEqual(await momentsOf([hanging, throwing, flooding]), await momentsOf([]))
  })

  test('keep what they yielded before they threw', async () => {
    const { batches, exporter } = listening()
    const failing = collectorOf('failing', async function* () {
      yield ping(7)
      throw new RetryableError('away')
    })
    const { running, clock, metrics } = await start({ plugins: [failing, exporterOf('out', exporter)] as never })
    await clock.advance(1)
    assert.deepEqual(valuesOf(batches), [7])
    assert.equal(metrics.total('headwatch_plugin_faults_total'), 0)
    await running.drain(0)
  })
})

describe('a destination', () => {
  const burst = (count: number) =>
    collectorOf('burst', async function* () {
      for (let value = 1; value <= count; value++) yield ping(value)
    })

  test('that is away gets everything, in order, when it is back', async () => {
    let isAway = true
    const { batches, exporter } = listening(() => (isAway ? Promise.reject(new RetryableError('away')) : undefined))
    const { running, clock, logger } = await start({
      plugins: [burst(5), exporterOf('out', exporter)] as never,
      settings: { everyMs: 3_600_000, retryMaxMs: 1_000 },
    })
    await clock.advance(60_000)
    assert.deepEqual(batches, [])
    assert.equal(running.problems().length, 1)
    isAway = false
    await clock.advance(2_000)
    assert.deepEqual(valuesOf(batches), [1, 2, 3, 4, 5])
    assert.deepEqual(running.problems(), [])
    assert.ok(logger.lines.some(({ message }) => message.includes('back')))
    await running.drain(0)
  })

  test('that is dead never slows another', async () => {
    const dead: Exporter = { export: () => new Promise(() => undefined) }
    const { batches, exporter } = listening()
    const { running, clock } = await start({
      plugins: [burst(50), exporterOf('dead', dead), exporterOf('out', exporter)] as never,
    })
    await clock.advance(1)
    assert.equal(valuesOf(batches).length, 50)
    const draining = running.drain(0)
    await clock.advance(1)
    assert.equal((await draining).lostRecords, 50)
  })

  test('that refuses a batch loses it alone, and it is counted', async () => {
    const { batches, exporter } = listening((batch) =>
      valuesOf([batch]).includes(2) ? Promise.reject(new RejectedError('poison')) : undefined,
    )
    const { running, clock, metrics } = await start({
      plugins: [burst(3), exporterOf('out', exporter)] as never,
      settings: { batchRecords: 1 },
    })
    await clock.advance(1)
    assert.deepEqual(valuesOf(batches), [1, 3])
    assert.equal(metrics.total('headwatch_dropped_total'), 1)
    await running.drain(0)
  })

  test('that keeps and rejects parts is sent the kept ones again and no other', async () => {
    const seen: (readonly (number | undefined)[])[] = []
    const exporter: Exporter = {
      export: async (batch) => {
        seen.push(valuesOf([batch]))
        return seen.length === 1 ? { rejected: [{ index: 0, reason: 'bad' }], kept: [2] } : undefined
      },
    }
    const { plugin, accept } = receiverInHand()
    const { running, clock, metrics } = await start({ plugins: [plugin, exporterOf('out', exporter)] as never })
    await (await accept)([ping(1), ping(2), ping(3)])
    await clock.advance(1)
    assert.deepEqual(seen, [[1, 2, 3], [3]])
    assert.equal(metrics.total('headwatch_sent_total'), 2)
    assert.equal(metrics.total('headwatch_dropped_total'), 1)
    await running.drain(0)
  })

  test('that is faulty is made anew and sent the batch again', async () => {
    let made = 0
    const { batches, exporter } = listening()
    const plugin = defineExporter({
      ...about,
      name: 'out',
      create: () => (++made === 1 ? { export: () => Promise.reject(new TypeError('a bug')) } : exporter),
    })
    const { running, clock, metrics } = await start({
      plugins: [burst(2), plugin] as never,
      settings: { everyMs: 3_600_000 },
    })
    await clock.advance(5_000)
    assert.deepEqual(valuesOf(batches), [1, 2])
    assert.equal(metrics.total('headwatch_plugin_faults_total'), 1)
    await running.drain(0)
  })

  test('is never called beyond its inFlight', async () => {
    let now = 0
    let most = 0
    const exporter: Exporter = {
      inFlight: 3,
      export: async () => {
        most = Math.max(most, ++now)
        await new Promise((resolve) => setImmediate(resolve))
        now--
      },
    }
    const { running, clock } = await start({
      plugins: [burst(40), exporterOf('out', exporter)] as never,
      settings: { batchRecords: 1 },
    })
    await clock.advance(1)
    await running.drain(10_000)
    assert.ok(most > 1 && most <= 3, `${most} calls at once`)
  })
})

describe('an acknowledgement', () => {
  test('that promises "stored" comes after the store has committed', async () => {
    const commit = Promise.withResolvers<{ stored: number; duplicates: number }>()
    const { plugin, accept } = receiverInHand()
    const { running } = await start({
      plugins: [plugin, storeOf(() => commit.promise)] as never,
      pipeline: { acknowledge: 'stored' },
    })
    let isAcknowledged = false
    const accepted = (await accept)([ping(1)]).then(() => {
      isAcknowledged = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(isAcknowledged, false)
    commit.resolve({ stored: 1, duplicates: 0 })
    await accepted
    await running.drain(100)
  })

  test('is withheld while the store fails, and the sender’s numbers reach it unchanged', async () => {
    const appended: (readonly Batch[])[] = []
    let failures = 2
    const append: Store['append'] = async (batches) => {
      if (failures-- > 0) throw new RetryableError('disk full')
      appended.push(batches)
      return { stored: 1, duplicates: 0 }
    }
    const { plugin, accept } = receiverInHand()
    const { running, clock } = await start({
      plugins: [plugin, storeOf(append)] as never,
      pipeline: { acknowledge: 'stored' },
    })
    const source = { agent: 'eu-1', stream: 'main', epoch: 'x' }
    const accepted = (await accept)([ping(1)], { source, lane: 'backlog', first: 41n })
    await clock.advance(30_000)
    await accepted
    assert.partialDeepStrictEqual(appended, [[{ source, lane: 'backlog', first: 41n, count: 1 }]])
    await running.drain(100)
  })

  test('is a refusal for poison, and only for the sender of it', async () => {
    const isPoison = (batch: Batch) => valuesOf([batch]).includes(13)
    const append: Store['append'] = async (batches) => {
      if (batches.some(isPoison)) throw new RejectedError('poison')
      return { stored: batches.length, duplicates: 0 }
    }
    const { plugin, accept } = receiverInHand()
    const { running } = await start({
      plugins: [plugin, storeOf(append)] as never,
      pipeline: { acknowledge: 'stored' },
    })
    const take = await accept
    const outcomes = await Promise.allSettled([take([ping(1)]), take([ping(13)]), take([ping(2)])])
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    await running.drain(100)
  })
})

describe('numbers that a sender gave', () => {
  const source = { agent: 'eu-1', stream: 'main', epoch: 'x' }

  test('are closed although a batch has no record left', async () => {
    const appended: Batch[] = []
    const append: Store['append'] = async (batches) => {
      appended.push(...batches)
      return { stored: 0, duplicates: 0 }
    }
    const { plugin, accept } = receiverInHand()
    const { running } = await start({
      plugins: [plugin, storeOf(append)] as never,
      pipeline: { acknowledge: 'stored' },
    })
    await (await accept)([], { source, lane: 'live', first: 5n, count: 3, offsets: [] })
    assert.partialDeepStrictEqual(appended, [{ source, first: 5n, count: 3, records: [] }])
    await running.drain(100)
  })

  test('leave no hole when a store was behind and nobody repeats them', async () => {
    const closed: bigint[] = []
    const free = Promise.withResolvers<void>()
    const append: Store['append'] = async (batches, gaps) => {
      await free.promise
      for (const { first, count } of batches)
        for (let number = first; number < first + BigInt(count); number++) closed.push(number)
      for (const { first, last } of gaps) for (let number = first; number <= last; number++) closed.push(number)
      return { stored: 0, duplicates: 0 }
    }
    const { plugin, accept } = receiverInHand()
    const { running } = await start({
      plugins: [plugin, storeOf(append)] as never,
      pipeline: { acknowledge: 'memory' },
    })
    const send = await accept
    const size = 30_000
    const many = Array.from({ length: size }, (_, value) => ping(value))
    for (let batch = 0; batch < 5; batch++) await send(many, { source, lane: 'live', first: BigInt(batch * size + 1) })
    free.resolve()
    await new Promise((resolve) => setImmediate(resolve))
    await send([ping(0)], { source, lane: 'live', first: BigInt(5 * size + 1) })
    await running.drain(5_000)
    assert.equal(new Set(closed).size, 5 * size + 1)
  })
})

describe('a processor', () => {
  const dropOdd = defineProcessor({
    ...about,
    name: 'even',
    create: () => ({
      process: (record) => (record.type === 'metrics' && Number(record.readings.value) % 2 === 1 ? undefined : record),
    }),
  })

  test('that drops a record leaves the numbers of the others as they were', async () => {
    const appended: Batch[] = []
    const { plugin, accept } = receiverInHand()
    const append: Store['append'] = async (batches) => {
      appended.push(...batches)
      return { stored: 1, duplicates: 0 }
    }
    const { running, metrics } = await start({
      plugins: [plugin, dropOdd, storeOf(append)] as never,
      pipeline: { acknowledge: 'stored' },
    })
    await (await accept)([ping(1), ping(2), ping(3), ping(4)])
    assert.partialDeepStrictEqual(appended, [{ first: 1n, count: 4, offsets: [1, 3] }])
    assert.equal(metrics.total('headwatch_dropped_total'), 2)
    await running.drain(100)
  })

  test('adds telemetry that goes on behind it', async () => {
    const doubling = defineProcessor({
      ...about,
      name: 'doubling',
      create: () => ({
        process: (record, emit) => {
          if (record.type === 'metrics') emit(ping(Number(record.readings.value) * 2))
          return record
        },
      }),
    })
    const { batches, exporter } = listening()
    const { plugin, accept } = receiverInHand()
    const { running, clock } = await start({ plugins: [plugin, doubling, exporterOf('out', exporter)] as never })
    await (await accept)([ping(5)])
    await clock.advance(1)
    assert.deepEqual(valuesOf(batches).toSorted(), [10, 5])
    await running.drain(100)
  })

  const breakingOn = (broken: number) => {
    let made = 0
    const plugin = defineProcessor({
      ...about,
      name: 'breaking',
      create: () => {
        made++
        return {
          process: (record) => {
            if (record.type === 'metrics' && record.readings.value === broken) throw new TypeError('a bug')
            return record
          },
        }
      },
    })
    return { plugin, made: () => made }
  }

  test('that throws costs the record, which is counted, and no other', async () => {
    const breaking = breakingOn(5)
    const { batches, exporter } = listening()
    const { plugin, accept } = receiverInHand()
    const { running, clock, metrics } = await start({
      plugins: [plugin, breaking.plugin, exporterOf('out', exporter)] as never,
    })
    await (await accept)([ping(4), ping(5), ping(6)])
    await clock.advance(1)
    assert.deepEqual(valuesOf(batches), [4, 6])
    assert.equal(metrics.total('headwatch_plugin_faults_total'), 1)
    assert.equal(metrics.total('headwatch_dropped_total', { at: 'breaking', reason: 'fault' }), 1)
    await running.drain(100)
  })

  test('that throws on everything is made anew, and senders keep what they have meanwhile', async () => {
    const breaking = breakingOn(5)
    const { plugin, accept } = receiverInHand()
    const { running, clock } = await start({
      plugins: [plugin, breaking.plugin, exporterOf('out', listening().exporter)] as never,
    })
    const take = await accept
    await take(Array.from({ length: 10 }, () => ping(5)))
    await assert.rejects(take([ping(1)]), { name: 'RetryableError' })
    await clock.advance(2_000)
    await take([ping(1)])
    assert.equal(breaking.made(), 2)
    await running.drain(100)
  })
})

test('draining brings out what is held and counts what it could not', async () => {
  const { batches, exporter } = listening(() => Promise.reject(new RetryableError('away')))
  const { plugin, accept } = receiverInHand()
  const { running, clock, metrics } = await start({ plugins: [plugin, exporterOf('out', exporter)] as never })
  await (await accept)([ping(1), ping(2)])
  await clock.advance(10_000)
  assert.deepEqual(await running.drain(0), { lostRecords: 2, lost: { out: 2 }, keptRecords: 0 })
  assert.equal(metrics.total('headwatch_dropped_total'), 2)
  assert.deepEqual(batches, [])
})
