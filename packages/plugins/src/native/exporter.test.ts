import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Batch, TelemetryRecord } from '@headwatch/protocol'
import type { Data, Welcome } from '@headwatch/protocol/native'
import { checkedConfig, fakeHost, settled, turns, whileClockRuns } from '@headwatch/sdk/testkit'
import { exporterConfig } from './config.ts'
import { nativeExporter } from './exporter.ts'
import { TestServer } from './testkit/test-server.ts'

async function connectedExporter(welcome: Partial<Welcome> = {}, random = () => 0.5) {
  const host = fakeHost({ self: { agent: 'eu-1', node: 'geth-a' } })
  const server = new TestServer(welcome)
  const exporter = nativeExporter(server.switchboard, random).create(
    await checkedConfig(exporterConfig, { endpoint: 'in_process:main' }),
    host,
  )
  const never = new AbortController().signal
  return { host, server, exporter, send: async (batch: Batch) => exporter.export(batch, never), never }
}

function batch(first: bigint, count = 1, change: Partial<Batch> = {}): Batch {
  const records = Array.from({ length: count }, (_, offset) => record(Number(first) + offset))
  return { source: { agent: 'eu-1', stream: 'main', epoch: 'e1' }, lane: 'live', first, count, records, ...change }
}

function record(number: number, message = ''): TelemetryRecord {
  return {
    type: 'log',
    origin: { agent: 'eu-1', node: 'geth-a' },
    at: number,
    severity: 6,
    application: 'test',
    message,
  }
}

const dataFrames = (server: TestServer): Data[] => server.heard.filter((message) => message.type === 'data')

describe('the native exporter', () => {
  test('never sends what the server has stored already', async () => {
    const stored = [
      { first: 1n, last: 10n },
      { first: 13n, last: 14n },
    ]
    const { server, send } = await connectedExporter({ streams: [{ stream: 'main', epoch: 'e1', stored }] })
    await send(batch(1n, 10))
    assert.deepEqual(dataFrames(server), [])
    await send(batch(9n, 8))
    assert.deepEqual(server.ranges, [
      { first: 11n, last: 12n },
      { first: 15n, last: 16n },
    ])
    assert.deepEqual(
      server.records.map(({ at }) => at),
      [11, 12, 15, 16],
    )
  })

  test('sends no more than its credit, and goes on with each acknowledgement', async () => {
    const { server, send } = await connectedExporter({ credit: { records: 5, bytes: 1_000_000 } })
    server.answer = 'silence'
    const sent = [send(batch(1n, 3)), send(batch(4n, 3)), send(batch(7n, 2))]
    await turns()
    assert.equal(dataFrames(server).length, 1)
    server.sayToAll({ type: 'ack', stream: 'main', lane: 'live', through: 3n })
    await turns()
    assert.deepEqual(
      dataFrames(server).map(({ first }) => first),
      [1n, 4n, 7n],
    )
    server.sayToAll({ type: 'ack', stream: 'main', lane: 'live', through: 8n })
    await Promise.all(sent)
  })

  test('counts the bytes of whole frames too, and sends one alone that is larger than all its credit', async () => {
    const { server, send } = await connectedExporter({ credit: { records: 1_000, bytes: 200 } })
    server.answer = 'silence'
    const long = 'x'.repeat(300)
    const sent = [1n, 2n, 3n].map((number) =>
      send(batch(number, 1, number === 2n ? { records: [record(2, long)] } : {})),
    )
    await turns()
    for (const through of [1n, 2n, 3n]) {
      assert.deepEqual(
        dataFrames(server).map(({ first }) => first),
        [1n, 2n, 3n].slice(0, Number(through)),
      )
      server.sayToAll({ type: 'ack', stream: 'main', lane: 'live', through })
      await turns()
    }
    await Promise.all(sent)
  })

  test('sends nothing while its credit is zero', async () => {
    const { server, send } = await connectedExporter({ credit: { records: 0, bytes: 0 } })
    const sent = send(batch(1n))
    await turns()
    assert.deepEqual(dataFrames(server), [])
    server.sayToAll({ type: 'credit', records: 10, bytes: 10_000 })
    await sent
  })

  test('resolves no batch before its own acknowledgement, and none by that of the other lane', async () => {
    const { server, send } = await connectedExporter()
    server.answer = 'silence'
    const resolved: string[] = []
    const sent = [
      send(batch(1n, 2, { lane: 'backlog' })).then(() => resolved.push('backlog')),
      send(batch(50n, 2)).then(() => resolved.push('live 50')),
      send(batch(52n, 2)).then(() => resolved.push('live 52')),
    ]
    await turns()
    server.sayToAll({ type: 'ack', stream: 'main', lane: 'live', through: 51n })
    await turns()
    assert.deepEqual(resolved, ['live 50'])
    server.sayToAll({ type: 'ack', stream: 'main', lane: 'live', through: 53n })
    server.sayToAll({ type: 'ack', stream: 'main', lane: 'backlog', through: 2n })
    await Promise.all(sent)
  })

  test('says of a batch that is partly refused which records were refused', async () => {
    const { server, send } = await connectedExporter()
    server.answer = 'silence'
    const sent = send(batch(1n, 4))
    await turns()
    const nack = { type: 'nack', stream: 'main', lane: 'live', retryAfterMs: 0, reason: 'too odd' } as const
    server.sayToAll({ ...nack, first: 2n, last: 2n, action: 'drop' })
    server.sayToAll({ ...nack, first: 4n, last: 4n, action: 'retry' })
    server.sayToAll({ type: 'ack', stream: 'main', lane: 'live', through: 4n })
    assert.deepEqual(await sent, { rejected: [{ index: 1, reason: 'too odd' }], kept: [3] })
  })

  test('asks to be retried when the server says, after the time it says', async () => {
    const { server, send } = await connectedExporter()
    server.answer = 'retry'
    await assert.rejects(send(batch(1n, 4)), { name: 'RetryableError', retryAfterMs: 2_000 })
  })

  test('stays away as long as it is told, and a random part of the spread', async () => {
    const { server, send, host } = await connectedExporter({}, () => 0.25)
    await send(batch(1n))
    server.sayToAll({ type: 'goaway', reason: 'restart', text: '', retryAfterMs: 1_000, spreadMs: 8_000 })
    await turns()
    await assert.rejects(send(batch(2n)), { name: 'RetryableError', retryAfterMs: 3_000 })
    assert.equal(server.connections, 1)
    await host.clock.advance(3_000)
    await send(batch(2n))
    assert.equal(server.connections, 2)
  })

  test('cuts a batch to the limits of the server', async () => {
    const limits = { frameBytes: 4_096, batchRecords: 3 }
    const { server, send } = await connectedExporter({ limits })
    const long = [record(8, 'x'.repeat(2_000)), record(9, 'x'.repeat(2_000)), record(10)]
    await send(batch(1n, 7))
    await send(batch(8n, 3, { records: long }))
    const ranges = dataFrames(server).map(({ first, count }) => [first, count])
    assert.deepEqual(ranges, [
      [1n, 3],
      [4n, 3],
      [7n, 1],
      [8n, 1],
      [9n, 2],
    ])
    assert.equal(server.records.length, 10)
  })

  test('gives up a record that fits in no frame, and nothing else with it', async () => {
    const { server, send } = await connectedExporter({ limits: { frameBytes: 4_096, batchRecords: 100 } })
    const outcome = await send(batch(1n, 3, { records: [record(1), record(2, 'x'.repeat(9_000)), record(3)] }))
    assert.deepEqual(outcome, { rejected: [{ index: 1, reason: 'too_long' }], kept: [] })
    assert.deepEqual(
      server.records.map(({ at }) => at),
      [1, 3],
    )
    assert.equal(
      server.ranges.reduce((sum, { first, last }) => sum + Number(last - first) + 1, 0),
      3,
      'a hole is left',
    )
  })

  test('keeps the numbers of records that do not stand side by side', async () => {
    const { server, send } = await connectedExporter()
    await send(batch(10n, 9, { records: [record(1), record(2)], offsets: [0, 7] }))
    const [frame] = dataFrames(server)
    assert.deepEqual([frame?.first, frame?.count], [10n, 9])
  })

  test('declares gaps, and knows when the server has heard', async () => {
    const { server, exporter, never } = await connectedExporter()
    const source = { agent: 'eu-1', stream: 'main', epoch: 'e1' }
    await exporter.gap?.({ source, first: 5n, last: 9n, reason: 'wrapped' }, 'backlog', never)
    assert.deepEqual(
      server.heard.find(({ type }) => type === 'gap'),
      {
        type: 'gap',
        stream: 'main',
        lane: 'backlog',
        first: 5n,
        last: 9n,
        reason: 'wrapped',
      },
    )
  })

  test('says so before it sends numbers that the server cannot know of', async () => {
    const { server, send, exporter, never } = await connectedExporter()
    await send(batch(1n, 4))
    await send(batch(5n, 4))
    await send(batch(900n, 4))
    await send(batch(9n, 4, { lane: 'backlog' }))
    const source = { agent: 'eu-1', stream: 'main', epoch: 'e1' }
    await exporter.gap?.({ source, first: 800n, last: 999n, reason: 'wrapped' }, 'live', never)
    assert.deepEqual(
      server.heard.flatMap((message) => {
        if (message.type === 'hello') return [`hello ${message.streams[0]?.next}`]
        if (message.type === 'next') return [`next ${message.next}`]
        return message.type === 'data' || message.type === 'gap' ? [`${message.type} ${message.first}`] : []
      }),
      ['hello 5', 'data 1', 'data 5', 'next 900', 'data 900', 'data 9', 'next 1000', 'gap 800'],
    )
  })

  test('packs a long batch for a server that can unpack it, and a short one for none', async () => {
    const long = Array.from({ length: 200 }, (_, index) => record(index, 'the same words again and again'))
    const codecs = async (welcome: Partial<Welcome>) => {
      const { server, send } = await connectedExporter(welcome)
      await send(batch(1n, 200, { records: long }))
      await send(batch(201n, 1))
      return dataFrames(server).map(({ codec, body }) => [codec, body.byteLength < 4_000])
    }
    assert.deepEqual(await codecs({ capabilities: ['zstd'] }), [
      ['zstd', true],
      ['plain', true],
    ])
    assert.deepEqual(await codecs({}), [
      ['plain', false],
      ['plain', true],
    ])
  })

  test('says hello again when its log is a new one', async () => {
    const { server, send } = await connectedExporter()
    await send(batch(90n))
    await send(batch(1n, 1, { source: { agent: 'eu-1', stream: 'main', epoch: 'e2' } }))
    const hellos = server.heard.filter((message) => message.type === 'hello')
    assert.deepEqual(
      hellos.map(({ streams }) => streams),
      [[{ stream: 'main', epoch: 'e1', next: 91n }], [{ stream: 'main', epoch: 'e2', next: 2n }]],
    )
  })

  test('brings a backlog of an older epoch out beside live data of the newer one', async () => {
    const { host, server, send } = await connectedExporter()
    const old = { agent: 'eu-1', stream: 'main', epoch: 'e0' }
    let attempts = 0
    const deliver = async (one: Batch): Promise<void> => {
      attempts++
      const outcome = await settled(send(one))
      if (outcome.how === 'resolved') return
      await host.clock.sleep(100)
      return deliver(one)
    }
    const lane = async (first: number, change: Partial<Batch>): Promise<void> => {
      for (let number = 0; number < 20; number++) await deliver(batch(BigInt(first + number), 1, change))
    }
    await whileClockRuns(host.clock, Promise.all([lane(1, { source: old, lane: 'backlog' }), lane(101, {})]))
    assert.equal(server.records.length, 40)
    assert.equal(attempts, 40)
    assert.ok(server.connections <= 40, `${server.connections} connections`)
  })

  test('measures how far its clock is from that of the server, and dates fresh records with it', async () => {
    const { server, send, host } = await connectedExporter()
    await send(batch(1n))
    const sentAt = host.clock.now()
    await host.clock.advance(40)
    server.sayToAll({ type: 'pong', sentAt, receivedAt: sentAt + 1_020, repliedAt: sentAt + 1_020 })
    await turns()
    assert.equal(host.meter.value('headwatch_clock_offset_ms'), 1_000)
    assert.equal(host.meter.value('headwatch_clock_error_ms'), 20)
    await send(batch(2n))
    await send(batch(3n, 1, { lane: 'backlog' }))
    assert.deepEqual(
      server.records.map(({ clock }) => clock),
      [undefined, { offsetMs: 1_000, errorMs: 20 }, undefined],
    )
  })

  test('adds its own clock to what is known of an agent’s whose record it passes on, and guesses nothing', async () => {
    const { server, send, host } = await connectedExporter()
    await send(batch(1n))
    const sentAt = host.clock.now()
    server.sayToAll({ type: 'pong', sentAt, receivedAt: sentAt + 1_000, repliedAt: sentAt + 1_000 })
    await turns()
    const identity = { source: { agent: 'us-7', stream: 'main', epoch: 'x' }, sequence: 70n }
    const passedOn = { ...record(2), identity }
    await send(batch(2n, 1, { records: [passedOn] }))
    await send(batch(3n, 1, { records: [{ ...passedOn, clock: { offsetMs: -250, errorMs: 3 } }] }))
    assert.deepEqual(
      server.records.slice(1).map(({ clock, identity: kept }) => [clock, kept]),
      [
        [undefined, identity],
        [{ offsetMs: 750, errorMs: 3 }, identity],
      ],
    )
  })

  test('notices a server that has fallen silent', async () => {
    const { server, send, host } = await connectedExporter({ heartbeatMs: 1_000 })
    server.answer = 'silence'
    const outcome = settled(send(batch(1n)))
    await turns()
    await host.clock.advance(3_000)
    const ended = await outcome
    assert.equal(ended.how === 'rejected' && (ended.thrown as Error).message, 'the server fell silent')
  })

  test('gives up on a server that does not welcome it', async () => {
    const { send, host, server } = await connectedExporter()
    server.close()
    server.switchboard.listen(
      'in_process:main',
      () => ({ onFrame: () => undefined, onEnd: () => undefined }),
      new AbortController().signal,
    )
    const outcome = await settled(whileClockRuns(host.clock, send(batch(1n))))
    assert.equal(outcome.how === 'rejected' && (outcome.thrown as Error).message, 'no welcome from in_process:main')
  })

  test('keeps everything from a server whose limits leave room for nothing', async () => {
    const { server, send, host } = await connectedExporter({ limits: { frameBytes: 100, batchRecords: 0 } })
    await assert.rejects(send(batch(1n, 3)), { name: 'SessionEndedError', message: /bad_limits/ })
    assert.deepEqual(dataFrames(server), [])
    assert.equal(host.meter.value('headwatch_native_frames_refused_total', { reason: 'bad_limits' }), 1)
  })

  test('stays away no longer than a day, whatever a server asks for', async () => {
    const { server, send } = await connectedExporter()
    await send(batch(1n))
    server.sayToAll({ type: 'goaway', reason: 'restart', text: '', retryAfterMs: 1e15, spreadMs: 1e15 })
    await turns()
    await assert.rejects(send(batch(2n)), { name: 'RetryableError', retryAfterMs: 86_400_000 })
  })

  test('says goodbye when it is disposed of', async () => {
    const { server, send, exporter } = await connectedExporter()
    await send(batch(1n))
    await exporter[Symbol.asyncDispose]?.()
    await turns()
    assert.equal(server.heard.at(-1)?.type, 'bye')
  })
})
