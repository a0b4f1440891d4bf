import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Batch, Gap, TelemetryRecord } from '@headwatch/protocol'
import { type Exporter, RejectedError, RetryableError } from '@headwatch/sdk'
import { fakeClock, fakeLogger } from '@headwatch/sdk/testkit'
import type { z } from 'zod'
import { MemoryQueue } from '../queue/memory-queue.ts'
import type { QueueReader, WhenFull } from '../queue/queue.ts'
import { MetricRegistry } from '../self-metrics/metric-registry.ts'
import { exporterSettings } from '../settings.ts'
import { Supervised } from '../supervision/supervised.ts'
import { Destination } from './destination.ts'

const recordOf = (value: number): TelemetryRecord => ({
  type: 'metrics',
  origin: { agent: 'a', node: 'n' },
  at: 1,
  readings: { value },
})
const valuesOf = (batch: Batch) =>
  batch.records.map((record) => (record.type === 'metrics' ? Number(record.readings.value) : -1))

/** A queue that shows what is set aside: the value of each record, under its number, and why. */
class ShowingQueue extends MemoryQueue {
  readonly aside: [bigint, number | undefined, string][] = []

  override reader(destination: string): QueueReader {
    const reader = super.reader(destination)
    reader.setAside = async (records, reason) => {
      for (const { sequence, record } of records)
        this.aside.push([sequence, record.type === 'metrics' ? Number(record.readings.value) : undefined, reason])
    }
    return reader
  }
}

interface Setup {
  readonly settings?: z.input<typeof exporterSettings>
  readonly whenFull?: WhenFull
  readonly records?: number
  readonly queues?: number
}

/** An exporter at the end of one queue or several, on a clock that stands still. */
function deliver(
  create: () => Exporter,
  { settings = {}, whenFull = 'drop_oldest', records = 1_000, queues = 1 }: Setup = {},
) {
  const clock = fakeClock()
  const meter = new MetricRegistry()
  const parts = { clock, meter, logger: fakeLogger() }
  const destination = new Destination(new Supervised('out', create, parts), exporterSettings.parse(settings), parts)
  const made = Array.from({ length: queues }, (_, index) => {
    const queue = new ShowingQueue(
      { agent: 'a', stream: `stream_${index}`, epoch: 'e' },
      { limits: { records, bytes: 1e9 }, whenFull },
    )
    destination.attach(queue.reader('out'))
    return queue
  })
  const running = destination.run()
  const put = (...values: number[]) => made[0]?.put(values.map(recordOf))
  const stop = async () => {
    destination.stop()
    await running
  }
  const waiting = () =>
    destination.readers.reduce((sum, reader) => sum + reader.status().live.records + reader.status().backlog.records, 0)
  const aside = made[0]?.aside
  return { clock, meter, destination, aside, queues: made, put, stop, waiting, running }
}

describe('a record that breaks the exporter', () => {
  test('is found and let go alone; all others arrive', async () => {
    const arrived: number[] = []
    const create = (): Exporter => ({
      async export(batch) {
        if (valuesOf(batch).includes(13)) throw new TypeError('a bug')
        arrived.push(...valuesOf(batch))
      },
    })
    const { clock, meter, put, stop, waiting } = deliver(create)
    const values = Array.from({ length: 40 }, (_, value) => value)
    await put(...values)
    await clock.advance(3_600_000)
    assert.deepEqual(
      arrived.toSorted((a, b) => a - b),
      values.filter((value) => value !== 13),
    )
    assert.equal(meter.total('headwatch_dropped_total', { reason: 'poison' }), 1)
    assert.equal(waiting(), 0)
    await stop()
  })

  test('is never suspected while the exporter breaks on everything', async () => {
    let isBroken = true
    const arrived: number[] = []
    const create = (): Exporter => ({
      async export(batch) {
        if (isBroken) throw new TypeError('fetch failed')
        arrived.push(...valuesOf(batch))
      },
    })
    const { clock, meter, put, stop } = deliver(create)
    await put(1, 2, 3)
    await clock.advance(2 * 3_600_000)
    isBroken = false
    await clock.advance(600_000)
    assert.deepEqual(
      arrived.toSorted((a, b) => a - b),
      [1, 2, 3],
    )
    assert.equal(meter.total('headwatch_dropped_total'), 0)
    await stop()
  })
})

describe('a call that hangs', () => {
  test('is told to stop and repeated', async () => {
    const calls: number[][] = []
    const exporter: Exporter = {
      export: (batch, signal) => {
        calls.push(valuesOf(batch))
        if (calls.length > 1) return Promise.resolve()
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      },
    }
    const { clock, meter, put, stop, waiting } = deliver(() => exporter, { settings: { exportTimeoutMs: 1_000 } })
    await put(1)
    await clock.advance(10_000)
    assert.deepEqual(calls, [[1], [1]])
    assert.equal(meter.total('headwatch_plugin_faults_total'), 0)
    assert.equal(meter.total('headwatch_redelivered_total'), 1)
    assert.equal(waiting(), 0)
    await stop()
  })

  test('and is deaf costs that instance, and the batch goes to a new one', async () => {
    let made = 0
    const arrived: number[] = []
    const create = (): Exporter =>
      ++made === 1
        ? { export: () => new Promise(() => undefined) }
        : { export: async (batch) => void arrived.push(...valuesOf(batch)) }
    const { clock, meter, put, stop } = deliver(create, { settings: { exportTimeoutMs: 1_000 } })
    await put(1, 2)
    await clock.advance(60_000)
    assert.deepEqual(arrived, [1, 2])
    assert.equal(meter.total('headwatch_plugin_faults_total'), 1)
    await stop()
  })
})

describe('after an outage', () => {
  test('fresh records go first while the backlog drains beside them, and the lanes say which is which', async () => {
    let isAway = true
    const seen: Batch[] = []
    const exporter: Exporter = {
      async export(batch) {
        if (isAway) throw new RetryableError('away')
        seen.push(batch)
        if (seen.length === 2) await put(1_000)
      },
    }
    const { clock, put, stop } = deliver(() => exporter, { settings: { batchRecords: 10, retryMaxMs: 1_000 } })
    await put(...Array.from({ length: 50 }, (_, value) => value))
    await clock.advance(60_000)
    isAway = false
    await clock.advance(5_000)
    const order = seen.map((batch) => [batch.lane, valuesOf(batch)[0]])
    assert.deepEqual(order[0], ['live', 0], 'the batch that found the way back')
    assert.deepEqual(order.slice(1, 4), [
      ['backlog', 10],
      ['live', 1_000],
      ['backlog', 20],
    ])
    const backlog = seen.filter(({ lane }) => lane === 'backlog').flatMap(valuesOf)
    assert.deepEqual(
      backlog,
      Array.from({ length: 40 }, (_, value) => value + 10),
    )
    await stop()
  })

  test('what the queue had to let go is declared to an exporter that can pass it on', async () => {
    let isAway = true
    const gaps: Gap[] = []
    const exporter: Exporter = {
      async export() {
        if (isAway) throw new RetryableError('away')
      },
      async gap(gap) {
        gaps.push(gap)
      },
    }
    const { clock, meter, put, stop } = deliver(() => exporter, {
      records: 5,
      settings: { batchRecords: 2, retryMaxMs: 1_000 },
    })
    for (let value = 0; value < 20; value++) await put(value)
    await clock.advance(10_000)
    isAway = false
    await clock.advance(10_000)
    const missing = gaps.reduce((sum, { first, last }) => sum + Number(last - first) + 1, 0)
    assert.equal(meter.total('headwatch_sent_total') + missing, 20)
    assert.equal(meter.total('headwatch_gap_records_total', { destination: 'out' }), missing)
    assert.ok(missing > 0)
    await stop()
  })
})

describe('what a destination will never have is set aside, under its number and with the reason:', () => {
  test('a refused batch', async () => {
    const exporter: Exporter = { export: () => Promise.reject(new RejectedError('no such network')) }
    const { clock, aside, put, stop } = deliver(() => exporter)
    await put(7, 8)
    await clock.advance(1)
    assert.deepEqual(aside, [
      [1n, 7, 'no such network'],
      [2n, 8, 'no such network'],
    ])
    await stop()
  })

  test('the refused part of a batch, when the rest was kept and taken later', async () => {
    let calls = 0
    const exporter: Exporter = {
      export: async () => (++calls === 1 ? { rejected: [{ index: 1, reason: 'too_long' }], kept: [2] } : undefined),
    }
    const { clock, aside, meter, put, stop } = deliver(() => exporter)
    await put(7, 8, 9)
    await clock.advance(1)
    assert.deepEqual(aside, [[2n, 8, 'too_long']])
    assert.equal(meter.total('headwatch_sent_total'), 2)
    assert.equal(meter.total('headwatch_dropped_total', { reason: 'rejected_too_long' }), 1)
    await stop()
  })

  test('a record that breaks the exporter', async () => {
    const exporter: Exporter = {
      export: async (batch) => {
        if (valuesOf(batch).includes(8)) throw new TypeError('a bug')
      },
    }
    const { clock, aside, put, stop } = deliver(() => exporter)
    await put(7, 8, 9)
    await clock.advance(3_600_000)
    assert.deepEqual(aside, [[2n, 8, 'the exporter breaks on it: a bug']])
    await stop()
  })
})

describe('repeats', () => {
  test('leave the other side alone as long as it asked, whatever else succeeds meanwhile', async () => {
    const moments: [number, number][] = []
    const exporter: Exporter = {
      inFlight: 2,
      async export(batch) {
        const [value = -1] = valuesOf(batch)
        moments.push([value, clock.monotonicMs()])
        if (value === 1 && moments.length <= 2) throw new RetryableError('busy', { retryAfterMs: 30_000 })
        if (value === 2) await clock.sleep(100)
      },
    }
    const { clock, put, stop } = deliver(() => exporter, { settings: { batchRecords: 1 } })
    await put(1, 2)
    await clock.advance(1_000)
    await put(3)
    await clock.advance(60_000)
    const later = moments.slice(2).map(([, at]) => at)
    assert.equal(later.length, 2)
    assert.ok(
      later.every((at) => at >= 30_000),
      String(later),
    )
    await stop()
  })

  test('come no sooner than the other side asked for', async () => {
    const moments: number[] = []
    const exporter: Exporter = {
      async export() {
        moments.push(clock.monotonicMs())
        if (moments.length === 1) throw new RetryableError('busy', { retryAfterMs: 30_000 })
      },
    }
    const { clock, put, stop } = deliver(() => exporter)
    await put(1)
    await clock.advance(60_000)
    assert.equal(moments.length, 2)
    assert.ok((moments[1] ?? 0) - (moments[0] ?? 0) >= 30_000)
    await stop()
  })

  test('never give up', async () => {
    let calls = 0
    const exporter: Exporter = {
      async export() {
        calls++
        throw new RetryableError('away')
      },
    }
    const { clock, put, stop, waiting, destination } = deliver(() => exporter)
    await put(1)
    await clock.advance(6 * 3_600_000)
    assert.ok(destination.isFailing)
    const before = calls
    await clock.advance(3_600_000)
    assert.ok(calls > before, 'still trying after hours')
    await stop()
    assert.equal(waiting(), 1, 'and still there')
  })
})

test('calls stay within inFlight over all pipelines that end here', async () => {
  let now = 0
  let most = 0
  const exporter: Exporter = {
    inFlight: 2,
    async export() {
      most = Math.max(most, ++now)
      await new Promise((resolve) => setImmediate(resolve))
      now--
    },
  }
  const { clock, meter, queues, stop } = deliver(() => exporter, { queues: 3, settings: { batchRecords: 1 } })
  for (const queue of queues) await queue.put(Array.from({ length: 10 }, (_, value) => recordOf(value)))
  for (let turn = 0; turn < 100; turn++) await clock.advance(1)
  assert.equal(most, 2)
  assert.equal(meter.total('headwatch_sent_total'), 30)
  await stop()
})

test('a short batch waits for more where the operator asked for it, and not at the end', async () => {
  const seen: number[][] = []
  const exporter: Exporter = { export: async (batch) => void seen.push(valuesOf(batch)) }
  const { clock, put, destination, queues, running } = deliver(() => exporter, { settings: { batchAfterMs: 500 } })
  await put(1)
  await clock.advance(100)
  await put(2, 3)
  await clock.advance(399)
  assert.deepEqual(seen, [])
  await clock.advance(1)
  assert.deepEqual(seen, [[1, 2, 3]])
  await put(4)
  for (const queue of queues) queue.close()
  destination.hurry()
  await running
  assert.deepEqual(seen, [[1, 2, 3], [4]])
})

test('an outcome with indices that do not exist harms nobody', async () => {
  const exporter: Exporter = {
    export: async () => ({ rejected: [{ index: 99, reason: 'odd' }], kept: [-1, 5, 5] }),
  }
  const { clock, put, stop, waiting } = deliver(() => exporter)
  await put(1, 2)
  await clock.advance(1)
  assert.equal(waiting(), 0)
  await stop()
})

test('a refused batch is done with', async () => {
  const exporter: Exporter = { export: () => Promise.reject(new RejectedError('no')) }
  const { clock, meter, put, stop, waiting } = deliver(() => exporter)
  await put(1, 2)
  await clock.advance(1)
  assert.equal(meter.total('headwatch_dropped_total', { at: 'out', reason: 'rejected' }), 2)
  assert.equal(waiting(), 0)
  await stop()
})
