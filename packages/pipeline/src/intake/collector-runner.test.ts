import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Telemetry } from '@headwatch/protocol'
import { type Accept, type Collector, RetryableError } from '@headwatch/sdk'
import { fakeClock, fakeLogger, turns, whileClockRuns } from '@headwatch/sdk/testkit'
import { MetricRegistry } from '../self-metrics/metric-registry.ts'
import { collectorSettings } from '../settings.ts'
import { Supervised } from '../supervision/supervised.ts'
import { runCollector } from './collector-runner.ts'

const ping = (value: number): Telemetry => ({ type: 'metrics', readings: { value } })
const valueIn = (item: Telemetry) => (item.type === 'metrics' ? Number(item.readings.value) : -1)

/** A collector at work on a clock that stands still, and what it handed over, group by group. */
function run(create: () => Collector, take: (values: number[]) => Promise<void> = async () => undefined) {
  const clock = fakeClock()
  const meter = new MetricRegistry()
  const logger = fakeLogger()
  const parts = { clock, meter, logger }
  const groups: number[][] = []
  const accept = Object.assign(
    async (items: readonly Telemetry[]) => {
      const values = items.map(valueIn)
      await take(values)
      groups.push(values)
    },
    { gap: async () => undefined },
  ) satisfies Accept
  const stop = new AbortController()
  const settings = collectorSettings.parse({ everyMs: 1_000, roundTimeoutMs: 5_000 })
  const running = runCollector(new Supervised('c', create, parts), settings, 'a', accept, parts, stop.signal)
  const end = async () => {
    stop.abort()
    await whileClockRuns(clock, running)
  }
  return { clock, meter, logger, groups, end }
}

describe('a collector', () => {
  test('hands on together what comes together, and in order', async () => {
    const { clock, groups, end } = run(() => ({
      async *collect() {
        for (let value = 0; value < 600; value++) yield ping(value)
      },
    }))
    await clock.advance(1)
    await turns()
    await end()
    assert.ok(groups.length <= 4, `${groups.length} groups`)
    assert.deepEqual(
      groups.flat().slice(0, 600),
      Array.from({ length: 600 }, (_, value) => value),
    )
  })

  test('that follows something hands on each item soon, for as long as it lasts', async () => {
    const { clock, groups, end, meter } = run(() => ({
      async *collect(signal) {
        for (let value = 0; ; value++) {
          yield ping(value)
          await clock.sleep(4_000, signal)
        }
      },
    }))
    await clock.advance(60_000)
    assert.deepEqual(groups, Array.from({ length: 16 }, (_, value) => [value]).slice(0, groups.length))
    assert.ok(groups.length >= 14)
    assert.equal(meter.total('headwatch_collect_failures_total'), 0)
    await end()
  })

  test('never runs beside itself, however long a round takes', async () => {
    let now = 0
    let most = 0
    const { clock, end } = run(() => ({
      async *collect(signal) {
        most = Math.max(most, ++now)
        await clock.sleep(2_500, signal)
        now--
        yield ping(1)
      },
    }))
    await clock.advance(20_000)
    await end()
    assert.equal(most, 1)
  })

  test('whose round goes silent is told to stop and asked again, without being made anew', async () => {
    let made = 0
    let rounds = 0
    const { clock, end, logger, meter } = run(() => {
      made++
      return {
        async *collect(signal) {
          rounds++
          await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
          yield ping(1)
        },
      }
    })
    await clock.advance(20_000)
    await end()
    assert.equal(made, 1)
    assert.ok(rounds >= 3, `${rounds} rounds`)
    assert.ok(meter.total('headwatch_collect_failures_total') >= 2)
    assert.equal(logger.lines.filter(({ level }) => level === 'warn').length, 1, 'said once, not every round')
  })

  test('that is deaf is left behind and made anew', async () => {
    let made = 0
    const { clock, end, groups } = run(() => {
      const isFirst = ++made === 1
      return {
        async *collect() {
          if (isFirst) await new Promise(() => undefined)
          yield ping(7)
        },
      }
    })
    await clock.advance(20_000)
    await end()
    assert.equal(made, 2)
    assert.deepEqual(groups[0], [7])
  })

  test('holds what the pipeline does not take now, and asks for no more meanwhile', async () => {
    let isBehind = true
    let rounds = 0
    const { clock, end, groups, meter } = run(
      () => ({
        async *collect() {
          yield ping(++rounds)
        },
      }),
      async () => {
        if (isBehind) throw new RetryableError('behind')
      },
    )
    await clock.advance(60_000)
    assert.equal(rounds, 1)
    isBehind = false
    await clock.advance(10_000)
    assert.deepEqual(
      groups.flat(),
      Array.from({ length: rounds }, (_, index) => index + 1),
    )
    await end()
    assert.equal(meter.total('headwatch_dropped_total'), 0)
  })

  test('that holds something at the end says that it is lost', async () => {
    const { clock, end, meter } = run(
      () => ({
        async *collect() {
          yield ping(1)
        },
      }),
      () => Promise.reject(new RetryableError('behind')),
    )
    await clock.advance(1_000)
    await end()
    assert.equal(meter.total('headwatch_dropped_total', { at: 'c', reason: 'shutdown' }), 1)
  })
})
