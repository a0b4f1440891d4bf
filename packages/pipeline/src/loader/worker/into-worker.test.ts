import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Telemetry, TelemetryRecord } from '@headwatch/protocol'
import {
  type Accept,
  type HostOf,
  type InstanceOf,
  type Kind,
  type Plugin,
  RejectedError,
  retryAfterOf,
  verdictOf,
} from '@headwatch/sdk'
import { checkStore, fakeHost } from '@headwatch/sdk/testkit'
import { systemClock } from '../../system-clock.ts'
import { intoWorker } from './into-worker.ts'
import { count, judge, model, offer, sieve } from './testkit/example-plugins.ts'

const module = new URL('./testkit/example-plugins.ts', import.meta.url).href
const never = new AbortController().signal
const source = { agent: 'a', stream: 'main', epoch: 'e' }
const origin = { agent: 'a', node: 'n' }

/** An instance of an example plugin in a worker. The export is named as the plugin. */
function inWorker<K extends Kind, Config>(plugin: Plugin<K, Config>, config: unknown, host = realTimeHost()) {
  const wrapped = intoWorker(plugin as unknown as Plugin<K>, { module, exported: plugin.name }, config)
  return wrapped.create(undefined, host as unknown as HostOf<K>) as InstanceOf<K> & AsyncDisposable
}

function realTimeHost() {
  return { ...fakeHost({ storedRanges: async () => [{ first: 1n, last: 6n }] }), clock: systemClock }
}

const batchFrom = (first: bigint, records: readonly TelemetryRecord[] = []) =>
  ({ source, lane: 'live', first, count: Math.max(1, records.length), records }) as const

const metrics: TelemetryRecord = { type: 'metrics', readings: { value: 2n ** 70n }, origin, at: 1 }

describe('a collector in a worker', () => {
  test('yields what it would in the program, logs and counts through the host', async () => {
    const host = realTimeHost()
    await using collector = inWorker(count, { upTo: 3 }, host)
    const items = await Array.fromAsync(collector.collect(never))
    assert.deepEqual(
      items,
      [0n, 1n, 2n].map((value) => ({ type: 'metrics', readings: { value } })),
    )
    assert.deepEqual(host.logger.lines, [{ level: 'info', message: 'counted', fields: { upTo: 3 } }])
    assert.equal(host.meter.value('counted_total', { agent: 'test-agent' }), 6)
  })

  test('keeps what it yielded before a retryable throw, which arrives with its wish', async () => {
    await using collector = inWorker(count, { upTo: 2, end: 'retry' })
    const items: Telemetry[] = []
    const round = async () => {
      for await (const item of collector.collect(never)) items.push(item)
    }
    const error = await round().catch((thrown: unknown) => thrown)
    assert.equal(items.length, 2)
    assert.deepEqual([verdictOf(error), retryAfterOf(error)], ['retry', 1_234])
  })

  test('sees the signal that aborts its round, and can be asked for another', async () => {
    await using collector = inWorker(count, { upTo: 1, end: 'wait' })
    for (let round = 0; round < 2; round++) {
      const stop = new AbortController()
      const items = collector.collect(stop.signal)[Symbol.asyncIterator]()
      await items.next()
      const next = items.next()
      stop.abort(new Error('enough'))
      await assert.rejects(next, { message: 'enough' })
    }
  })

  for (const [end, why] of [
    ['exit', /exit code 3/],
    ['throw', /thrown outside every call/],
    ['memory', /memory/i],
  ] as const) {
    test(`that dies of ${end} is a fault, and the program lives`, async () => {
      await using collector = inWorker(count, { upTo: 1, end })
      const error = await Array.fromAsync(collector.collect(never)).catch((thrown: unknown) => thrown)
      assert.equal(verdictOf(error), 'fault')
      assert.match(String(error), why)
    })
  }

  test('that never comes back from a loop is ended with its thread', async () => {
    const collector = inWorker(count, { upTo: 1, end: 'hang' })
    const items = collector.collect(never)[Symbol.asyncIterator]()
    await items.next()
    const hanging = items.next().catch((thrown: unknown) => thrown)
    await collector[Symbol.asyncDispose]()
    assert.equal(verdictOf(await hanging), 'fault')
  })

  test('whose configuration or export is wrong says so', async () => {
    await using collector = inWorker(count, { upTo: 'many' })
    await assert.rejects(Array.fromAsync(collector.collect(never)), /does not pass its own schema/)
    const missing = inWorker({ ...count, name: 'nothing' }, {})
    await assert.rejects(Array.fromAsync(missing.collect(never)), /exports no "nothing"/)
  })
})

describe('a receiver in a worker', () => {
  test('hands over items and gaps, is told the verdict, and asks the door and the store', async () => {
    const host = realTimeHost()
    await using receiver = inWorker(offer, {}, host)
    const { accept, accepted, until } = acceptThat((items) => {
      if (items[0]?.type === 'log' && items[0].message === 'first') throw new RejectedError('not that')
    })
    const stop = new AbortController()
    const listening = receiver.listen(accept, stop.signal)
    await until(3)
    assert.deepEqual(accepted.slice(1), [
      { gap: { source, first: 8n, last: 9n, reason: 'lost' } },
      { items: [{ type: 'log', severity: 6, application: 'offer', message: 'reject, inside, 1 stored' }] },
    ])
    assert.deepEqual(host.admission.present, ['a'])
    stop.abort()
    await listening.catch(() => undefined)
    await receiver[Symbol.asyncDispose]()
    assert.deepEqual(host.admission.present, [])
  })

  test('frees the places it held when it dies', async () => {
    const host = realTimeHost()
    await using receiver = inWorker(offer, { end: 'exit' }, host)
    const error = await receiver.listen(acceptThat().accept, never).catch((thrown: unknown) => thrown)
    assert.equal(verdictOf(error), 'fault')
    assert.equal(host.admission.knocks.length, 1)
    assert.deepEqual(host.admission.present, [])
  })
})

describe('a processor in a worker', () => {
  test('changes, drops and adds at once, as in the program', async () => {
    await using processor = inWorker(sieve, {})
    const added: Telemetry[] = []
    const emit = (item: Telemetry): void => void added.push(item)
    assert.deepEqual(processor.process(metrics, emit), { ...metrics, labels: { seen: 'yes' } })
    const log: TelemetryRecord = { type: 'log', severity: 6, application: 'x', message: 'y', origin, at: 1 }
    assert.equal(processor.process(log, emit), undefined)
    processor.process({ type: 'node', origin, at: 1 }, emit)
    processor.tick?.(emit)
    assert.deepEqual(
      added.map((item) => item.type === 'log' && item.message),
      ['a node', 'tick'],
    )
  })

  test('that throws, or does not answer in time, is a fault; a late answer is not taken for another', async () => {
    await using processor = inWorker(sieve, {})
    const emit = (): void => undefined
    const key = { resource: 'r', alarmType: 't', qualifier: '' }
    const raised = { change: 'raised', version: 1, severity: 'minor', text: 'x' } as const
    assert.throws(() => processor.process({ type: 'alarm', key, ...raised, origin, at: 1 }, emit), /too much/)
    const timing = { type: 'block_timing', number: 1n, hash: '0x1', processingMs: 1, origin, at: 1 } as const
    assert.throws(() => processor.process(timing, emit), { name: 'NoAnswerInTimeError' })
    assert.throws(() => processor.process(metrics, emit), { name: 'NoAnswerInTimeError' })
  })
})

describe('an exporter in a worker', () => {
  test('answers with outcomes and verdicts, and says what it is once it lives', async () => {
    await using exporter = inWorker(judge, {})
    const outcome = await exporter.export(batchFrom(0n, [metrics, metrics]), never)
    assert.deepEqual(outcome, { rejected: [{ index: 0, reason: 'poison' }], kept: [1] })
    assert.deepEqual([exporter.inFlight, exporter.acknowledges], [3, true])
    const later = await Promise.resolve(exporter.export(batchFrom(1n), never)).catch((thrown: unknown) => thrown)
    assert.deepEqual([verdictOf(later), retryAfterOf(later)], ['retry', 50])
    await assert.rejects(async () => exporter.export(batchFrom(2n), never), { name: 'RejectedError' })
  })

  test('is aborted by the signal of the call', async () => {
    await using exporter = inWorker(judge, {})
    const stop = new AbortController()
    const sending = Promise.resolve(exporter.export(batchFrom(3n), stop.signal))
    stop.abort(new Error('stopped'))
    await assert.rejects(sending, { message: 'stopped' })
  })

  test('that dies settles every call, and refuses further ones', async () => {
    await using exporter = inWorker(judge, {})
    const calls = [batchFrom(3n), batchFrom(4n)].map(async (batch) => exporter.export(batch, never))
    for (const { status } of await Promise.allSettled(calls)) assert.equal(status, 'rejected')
    await assert.rejects(async () => exporter.export(batchFrom(5n), never), { name: 'WorkerEndedError' })
  })
})

describe('a store in a worker', () => {
  test('that died is started and opened again by the next call', async () => {
    await using store = inWorker(model, {})
    await store.open(never)
    const poison = { ...batchFrom(1n, [metrics]), source: { ...source, agent: 'poison' } }
    await assert.rejects(store.append([poison], [], never), { name: 'WorkerEndedError' })
    assert.deepEqual(await store.append([batchFrom(1n, [metrics])], [], never), { stored: 1, duplicates: 0 })
    assert.deepEqual(await store.storedRanges(source), [{ first: 1n, last: 1n }])
  })
})

checkStore('the plain store in a worker', () => inWorker(model, {}), {
  keeps: 'memory',
  histories: 3,
})

/** Remembers what it is given. `judge` throws for what it does not take; `until` resolves when `count` things have come. */
function acceptThat(judge: (items: readonly Telemetry[]) => void = () => undefined) {
  const accepted: unknown[] = []
  const waiting: { readonly count: number; readonly resolve: () => void }[] = []
  const came = (what: unknown) => {
    accepted.push(what)
    for (const { count, resolve } of waiting) if (accepted.length >= count) resolve()
  }
  const accept: Accept = Object.assign(
    async (items: readonly Telemetry[]) => {
      came({ items })
      judge(items)
    },
    { gap: async (gap: unknown) => came({ gap }) },
  )
  const until = (wanted: number) => new Promise<void>((resolve) => void waiting.push({ count: wanted, resolve }))
  return { accept, accepted, until }
}
