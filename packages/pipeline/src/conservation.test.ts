import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Batch, rangeOf, type Telemetry } from '@headwatch/protocol'
import {
  type Accept,
  defineExporter,
  defineProcessor,
  defineReceiver,
  defineStore,
  type Exporter,
  type Plugin,
  RejectedError,
  RetryableError,
  type Store,
} from '@headwatch/sdk'
import { fakeClock, fakeLogger, modelStore, settled, whileClockRuns } from '@headwatch/sdk/testkit'
import fc from 'fast-check'
import { z } from 'zod'
import type { Instance, PipelinePlan, Plan } from './plan.ts'
import { MemoryQueue } from './queue/memory-queue.ts'
import { MetricRegistry } from './self-metrics/metric-registry.ts'
import { exporterSettings, pipelineSettings } from './settings.ts'
import { startPipelines } from './start-pipelines.ts'
import { poisonFaults } from './storing/store-writer.ts'

const about = { summary: 'For tests.', stability: 'experimental' as const, config: z.object({}) }
const ping = (value: number): Telemetry => ({ type: 'metrics', readings: { value } })
const valuesOf = (batch: Batch) =>
  batch.records.map((record) => (record.type === 'metrics' ? Number(record.readings.value) : -1))

interface Setup {
  readonly outlets: readonly Plugin[]
  readonly processors?: readonly Plugin<'processor', object>[]
  readonly pipelines: readonly z.input<typeof pipelineSettings>[]
}

/** Pipelines behind one receiver, whose `accept` the test calls. */
async function start({ outlets, processors = [], pipelines }: Setup) {
  const clock = fakeClock()
  const metrics = new MetricRegistry()
  const { promise: accept, resolve } = Promise.withResolvers<Accept>()
  let listeners = 0
  const receiver = defineReceiver({
    ...about,
    name: 'in_hand',
    create: () => ({
      listen: (given, signal) => {
        listeners++
        resolve(given)
        return new Promise((ended) => signal.addEventListener('abort', () => ended()))
      },
    }),
  })
  const instance = (plugin: unknown, settings: object = {}) =>
    ({ name: (plugin as Plugin).name, plugin, config: {}, settings }) as unknown as Instance<never>
  const ofKind = (kind: string) => outlets.filter((plugin) => plugin.kind === kind)
  const plan: Plan = {
    self: { agent: 'a', node: 'n' },
    collectors: [],
    receivers: [instance(receiver)],
    processors: processors.map((plugin) => instance(plugin)),
    exporters: ofKind('exporter').map((plugin) => instance(plugin, exporterSettings.parse({ retryMaxMs: 5_000 }))),
    stores: ofKind('store').map((plugin) => instance(plugin)),
    pipelines: pipelines.map((settings, index) => ({ name: `pipeline_${index}`, ...pipelineSettings.parse(settings) })),
  }
  const makeQueue = (source: Batch['source'], { queue }: PipelinePlan) =>
    new MemoryQueue(source, { limits: queue, whenFull: queue.whenFull })
  const running = await startPipelines(plan, { clock, logger: fakeLogger(), metrics, lent: {}, epoch: 'e', makeQueue })
  return { running, clock, metrics, accept: await accept, listeners: () => listeners }
}

const dropsTenthsAndAddsOnSevens = defineProcessor({
  ...about,
  name: 'judge',
  create: () => ({
    process: (record, emit) => {
      const value = record.type === 'metrics' ? Number(record.readings.value) : -1
      if (value % 7 === 0) emit(ping(value + 1_000_000))
      if (value % 11 === 0) throw new TypeError('a bug')
      return value % 10 === 0 ? undefined : record
    },
  }),
})

type Mood = 'well' | 'away' | 'refuses' | 'breaks' | 'hangs' | 'keeps'
type Step = { readonly put: number } | { readonly waitMs: number } | { readonly mood: Mood }

describe('in = out + dropped by reason + queued', () => {
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ put: fc.integer({ min: 1, max: 30 }) }),
    fc.record({ waitMs: fc.integer({ min: 1, max: 20_000 }) }),
    fc.record({ mood: fc.constantFrom<Mood>('well', 'away', 'refuses', 'breaks', 'hangs', 'keeps') }),
  )

  test('whatever the other side does, whichever policy a full queue has', async () => {
    const policy = fc.constantFrom('drop_oldest' as const, 'drop_newest' as const)
    await fc.assert(
      fc.asyncProperty(policy, fc.array(step, { maxLength: 25 }), async (whenFull, steps) => {
        let mood: Mood = 'well'
        const arrived = new Set<number>()
        const exporter: Exporter = {
          async export(batch) {
            if (mood === 'away') throw new RetryableError('away')
            if (mood === 'refuses') throw new RejectedError('no')
            if (mood === 'breaks') throw new TypeError('a bug')
            if (mood === 'hangs') return new Promise(() => undefined)
            const kept = mood === 'keeps' ? batch.records.map((_, index) => index).slice(1) : []
            for (const [index, value] of valuesOf(batch).entries()) if (!kept.includes(index)) arrived.add(value)
            return { rejected: [], kept }
          },
        }
        const { running, clock, metrics, accept } = await start({
          outlets: [defineExporter({ ...about, name: 'out', create: () => exporter }) as Plugin],
          processors: [dropsTenthsAndAddsOnSevens],
          pipelines: [
            {
              from: ['in_hand'],
              through: ['judge'],
              to: ['out'],
              acknowledge: 'memory',
              queue: { keep: 'memory', records: 20, whenFull },
            },
          ],
        })
        let next = 1
        let offered = 0
        for (const each of steps) {
          if ('mood' in each) mood = each.mood
          else if ('waitMs' in each) await clock.advance(each.waitMs)
          else {
            const items = Array.from({ length: each.put }, () => ping(next++))
            const how = await settled(accept(items))
            if (how.how === 'resolved') offered += items.length
          }
        }
        mood = 'well'
        const { lostRecords } = await whileClockRuns(clock, running.drain(200_000))
        const total = (name: string) => metrics.total(name)
        const dropped = total('headwatch_dropped_total')
        assert.equal(total('headwatch_received_total'), offered)
        assert.equal(lostRecords, 0, 'there was time enough')
        const refusedByQueue = metrics.total('headwatch_dropped_total', { at: 'queue' })
        const gaps = total('headwatch_gap_records_total')
        // Records that drop_oldest lets go are counted when they go and again, for each destination, as a gap.
        const droppedOnce = whenFull === 'drop_oldest' ? dropped - refusedByQueue : dropped
        assert.equal(offered + total('headwatch_added_total'), total('headwatch_sent_total') + droppedOnce + gaps)
        assert.equal(arrived.size, total('headwatch_sent_total'), 'what counts as sent arrived')
      }),
      { numRuns: 60 },
    )
  })
})

describe('what a store acknowledged', () => {
  test('is stored exactly once, whatever fails before or after the commit', async () => {
    const mishap = fc.constantFrom('none', 'none', 'before', 'after', 'breaks')
    const bearable = fc
      .array(mishap, { maxLength: 30 })
      .filter((all) => all.filter((each) => each === 'breaks').length < poisonFaults)
    await fc.assert(
      fc.asyncProperty(bearable, fc.integer({ min: 1, max: 30 }), async (mishaps, count) => {
        const kept = modelStore()
        let call = 0
        const create = (): Store => ({
          ...kept,
          append: async (batches, gaps, signal) => {
            const now = mishaps[call++]
            if (now === 'before') throw new RetryableError('busy')
            if (now === 'breaks') throw new TypeError('a bug')
            const outcome = await kept.append(batches, gaps, signal)
            if (now === 'after') throw new RetryableError('the answer was lost')
            return outcome
          },
          [Symbol.asyncDispose]: async () => undefined,
        })
        const { running, clock, accept, metrics } = await start({
          outlets: [defineStore({ ...about, name: 'kept', create }) as Plugin],
          pipelines: [{ from: ['in_hand'], to: ['kept'], acknowledge: 'stored' }],
        })
        const source = { agent: 'eu-1', stream: 'main', epoch: 'x' }
        const sends = Array.from({ length: count }, async (_, index) => {
          const position = { source, lane: 'live' as const, first: BigInt(index * 2 + 1) }
          await accept([ping(index), ping(index)], position)
        })
        await whileClockRuns(clock, Promise.all(sends))
        assert.deepEqual(await kept.storedRanges(source), [{ first: 1n, last: BigInt(count * 2) }])
        const stored = metrics.total('headwatch_stored_total') + metrics.total('headwatch_duplicates_total')
        assert.equal(stored, count * 2)
        await running.drain(0)
      }),
      { numRuns: 60 },
    )
  })

  test('is acknowledged by the worst of several stores, and goes out once although it was repeated', async () => {
    const second = modelStore()
    let isDown = true
    const failing: Store = {
      ...second,
      append: async (batches, gaps, signal) => {
        if (isDown) throw new RetryableError('broken')
        return second.append(batches, gaps, signal)
      },
    }
    const first = modelStore()
    const seen: number[] = []
    const { running, clock, accept } = await start({
      outlets: [
        defineStore({ ...about, name: 'first', create: () => first }) as Plugin,
        defineStore({ ...about, name: 'second', create: () => failing }) as Plugin,
        defineExporter({
          ...about,
          name: 'out',
          create: () => ({ export: async (batch) => void seen.push(...valuesOf(batch)) }),
        }) as Plugin,
      ],
      pipelines: [{ from: ['in_hand'], to: ['first', 'second', 'out'], acknowledge: 'stored' }],
    })
    const position = { source: { agent: 'eu-1', stream: 'main', epoch: 'x' }, lane: 'live' as const, first: 1n }
    let answers = 0
    const send = () => accept([ping(1)], position).then(() => void answers++)
    const sent = [send()]
    await clock.advance(1)
    assert.deepEqual(seen, [1])
    sent.push(send())
    await clock.advance(10_000)
    assert.deepEqual(await first.storedRanges(position.source), [{ first: 1n, last: 1n }])
    assert.equal(answers, 0, 'one of three outputs has not got it')
    isDown = false
    await whileClockRuns(clock, Promise.all(sent))
    assert.deepEqual(seen, [1])
    for (const store of [first, second])
      assert.deepEqual(await store.storedRanges(position.source), [{ first: 1n, last: 1n }])
    await running.drain(0)
  })
})

test('a receiver of several pipelines listens once, and all of them see the same numbers', async () => {
  const appended: Batch[] = []
  const kept = modelStore()
  const create = (): Store => ({
    ...kept,
    append: async (batches, gaps, signal) => {
      appended.push(...batches)
      return kept.append(batches, gaps, signal)
    },
  })
  const { running, accept, listeners, metrics } = await start({
    outlets: [defineStore({ ...about, name: 'kept', create }) as Plugin],
    pipelines: [
      { from: ['in_hand'], to: ['kept'], acknowledge: 'stored' },
      { from: ['in_hand'], to: ['kept'], acknowledge: 'stored' },
    ],
  })
  await accept([ping(1), ping(2)])
  await accept([ping(3)])
  assert.equal(listeners(), 1)
  assert.deepEqual([...new Set(appended.map((batch) => rangeOf(batch).last))], [2n, 3n])
  assert.equal(metrics.total('headwatch_stored_total'), 3)
  assert.equal(metrics.total('headwatch_duplicates_total'), 3)
  await running.drain(0)
})

describe('a plan that promises what it cannot keep', () => {
  const outlets = [
    defineExporter({ ...about, name: 'out', create: () => ({ export: async () => undefined }) }) as Plugin,
  ]

  for (const [what, settings, sentence] of [
    ['"stored" without a store', { to: ['out'], acknowledge: 'stored' }, /cannot promise that data is stored/],
    [
      '"disk" with a queue in memory',
      { to: ['out'], acknowledge: 'disk', queue: { keep: 'memory' } },
      /a queue in memory cannot promise/,
    ],
    ['an unknown name', { to: ['out', 'nowhere'], acknowledge: 'memory' }, /names "nowhere", which is not configured/],
  ] as const)
    test(`is refused in one sentence: ${what}`, async () => {
      const pipelines = [{ from: ['in_hand'], ...settings, to: [...settings.to] }]
      await assert.rejects(start({ outlets, pipelines }), { name: 'RejectedError', message: sentence })
    })
})
