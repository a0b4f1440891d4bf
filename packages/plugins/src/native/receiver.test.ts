import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { zstdCompressSync } from 'node:zlib'
import { encodeMessage, encodeRecords, type NativeMessage } from '@headwatch/protocol/native'
import { sampleRecords } from '@headwatch/protocol/testkit'
import { RejectedError, RetryableError } from '@headwatch/sdk'
import { turns, whileClockRuns } from '@headwatch/sdk/testkit'
import { runningReceiver } from './testkit/running-receiver.ts'
import type { TestAgent } from './testkit/test-agent.ts'

describe('the greeting', () => {
  test('tells the agent what is stored of its streams, its credit and the limits', async () => {
    const { connect, end } = await runningReceiver({
      stored: [{ first: 1n, last: 40n }],
      config: { creditRecords: 77 },
    })
    const welcome = await (await connect()).greet()
    assert.ok(welcome?.type === 'welcome')
    assert.deepEqual(welcome.streams, [{ stream: 'main', epoch: 'e1', stored: [{ first: 1n, last: 40n }] }])
    assert.equal(welcome.credit.records, 77)
    await end()
  })

  test('asks the store for one stream at a time, however many an agent names', async () => {
    const asked: (() => void)[] = []
    const storedOf = () => new Promise<readonly []>((resolve) => asked.push(() => resolve([])))
    const { connect, end } = await runningReceiver({ storedOf })
    const streams = Array.from({ length: 64 }, (_, index) => ({ stream: `s${index}`, epoch: 'e1', next: 1n }))
    const welcome = (await connect()).greet({ streams })
    for (let count = 1; count <= streams.length; count++) {
      await turns()
      assert.equal(asked.length, count)
      asked.at(-1)?.()
    }
    assert.equal((await welcome)?.type, 'welcome')
    await end()
  })

  const refusals = {
    bad_credential: 'unauthorized',
    banned: 'banned',
    name_taken: 'duplicate',
    too_many: 'overloaded',
  } as const
  for (const [reason, answer] of Object.entries(refusals)) {
    test(`sends an agent away as ${answer} when admission says ${reason}`, async () => {
      const decide = () => ({ admitted: false, reason: reason as keyof typeof refusals, retryAfterMs: 9_000 }) as const
      const { connect, end } = await runningReceiver({ admission: { decide } })
      const answered = await (await connect()).greet({ token: 'secret' })
      assert.ok(answered?.type === 'goaway')
      assert.deepEqual([answered.reason, answered.retryAfterMs], [answer, 9_000])
      await end()
    })
  }

  test('is cut off when it does not come', async () => {
    const { connect, end, host } = await runningReceiver({ config: { helloTimeoutMs: 3_000 } })
    const agent = await connect()
    await host.clock.advance(3_000)
    assert.equal((await agent.hear('goaway'))?.text, 'no hello')
    await end()
  })

  test('frees the place of an agent that leaves, whatever way', async () => {
    const { connect, end, host } = await runningReceiver()
    for (const leave of [
      (agent: TestAgent) => agent.hangUp(),
      (agent: TestAgent) => agent.sayBytes(new Uint8Array([1])),
    ]) {
      const agent = await connect()
      await agent.greet()
      assert.deepEqual(host.admission.present, ['eu-1'])
      leave(agent)
      await turns()
      assert.deepEqual(host.admission.present, [])
    }
    await end()
  })
})

describe('an agent that breaks the protocol loses its connection, and nothing is taken from it', () => {
  const data = (change: object = {}): NativeMessage => ({
    type: 'data',
    stream: 'main',
    lane: 'live',
    first: 1n,
    count: 1,
    codec: 'plain',
    body: encodeRecords({ records: sampleRecords().slice(0, 1) }),
    ...change,
  })
  const offences: Record<string, { readonly reason: string; readonly commit: (agent: TestAgent) => void }> = {
    'by data of a stream it did not name': {
      reason: 'unknown_stream',
      commit: (agent) => agent.say(data({ stream: 'other' })),
    },
    'by a second hello': { reason: 'second_hello', commit: (agent) => agent.sayHello() },
    'by a codec nobody agreed on': {
      reason: 'codec_not_agreed',
      commit: (agent) => agent.say(data({ codec: 'zstd' })),
    },
    'by a batch beyond the limit': { reason: 'batch_too_long', commit: (agent) => agent.say(data({ count: 1_001 })) },
    'by a word of the server': {
      reason: 'not_for_servers',
      commit: (agent) => agent.say({ type: 'credit', records: 1, bytes: 1 }),
    },
    'by bytes that mean nothing': { reason: 'not_msgpack', commit: (agent) => agent.sayBytes(new Uint8Array([0xc1])) },
    'by a frame that is too long': { reason: 'too_long', commit: (agent) => agent.sayBytes(new Uint8Array(1_048_577)) },
  }
  for (const [what, { reason, commit }] of Object.entries(offences)) {
    test(what, async () => {
      const { connect, taken, host, end } = await runningReceiver()
      const agent = await connect()
      await agent.greet()
      commit(agent)
      assert.equal((await agent.hear('goaway'))?.text, reason)
      assert.equal(await agent.hear('ack'), undefined, 'the link must have ended')
      assert.deepEqual(taken, [])
      assert.equal(host.meter.value('headwatch_native_frames_refused_total', { reason }), 1)
      await end()
    })
  }

  test('by a hello longer than any', async () => {
    const { connect, host, end } = await runningReceiver()
    const agent = await connect()
    agent.sayBytes(new Uint8Array(131_073))
    assert.equal((await agent.hear('goaway'))?.text, 'too_long')
    assert.equal(host.meter.value('headwatch_native_frames_refused_total', { reason: 'too_long' }), 1)
    await end()
  })

  test('by a packed body that would unfold beyond the limit', async () => {
    const { connect, taken, host, end } = await runningReceiver()
    const agent = await connect()
    await agent.greet({ capabilities: ['zstd'] })
    const bomb = zstdCompressSync(new Uint8Array(100_000_000))
    assert.ok(bomb.byteLength < 10_000)
    agent.say(data({ codec: 'zstd', body: bomb }))
    assert.equal((await agent.hear('goaway'))?.text, 'body_too_long')
    assert.deepEqual(taken, [])
    assert.equal(host.meter.value('headwatch_native_frames_refused_total', { reason: 'body_too_long' }), 1)
    await end()
  })

  test('by data before the welcome', async () => {
    const { connect, taken, end } = await runningReceiver()
    const agent = await connect()
    agent.sendData(1n)
    assert.equal((await agent.hear('goaway'))?.text, 'data_before_welcome')
    assert.deepEqual(taken, [])
    await end()
  })

  test('by numbers that fall while others are unanswered', async () => {
    const { connect, end } = await runningReceiver({ take: () => new Promise(() => undefined) })
    const agent = await connect()
    await agent.greet()
    agent.sendData(10n)
    agent.sendData(9n)
    assert.equal((await agent.hear('goaway'))?.text, 'numbers_fall')
    await end()
  })

  test('by more bytes than its credit', async () => {
    const { connect, taken, end } = await runningReceiver({
      config: { creditBytes: 1_024 },
      take: () => new Promise(() => undefined),
    })
    const agent = await connect()
    await agent.greet()
    agent.sendData(1n, 20)
    agent.sendData(21n, 20)
    assert.equal((await agent.hear('goaway'))?.text, 'beyond_credit')
    assert.equal(taken.length, 1)
    await end()
  })

  test('by more than its credit', async () => {
    const { connect, taken, end } = await runningReceiver({
      config: { creditRecords: 5 },
      take: () => new Promise(() => undefined),
    })
    const agent = await connect()
    await agent.greet()
    agent.sendData(1n, 3)
    agent.sendData(4n, 3)
    assert.equal((await agent.hear('goaway'))?.text, 'beyond_credit')
    assert.equal(taken.length, 1)
    await end()
  })
})

describe('numbers beyond the declared next one', () => {
  const greeted = async (next: bigint) => {
    const receiver = await runningReceiver()
    const agent = await receiver.connect()
    await agent.greet({ streams: [{ stream: 'main', epoch: 'e1', next }] })
    return { ...receiver, agent }
  }

  test('cost the connection where data begins with them, and nothing is taken', async () => {
    const { agent, taken, host, end } = await greeted(10n)
    agent.sendData(11n)
    assert.equal((await agent.hear('goaway'))?.text, 'beyond_next')
    assert.deepEqual(taken, [])
    assert.equal(host.meter.value('headwatch_native_frames_refused_total', { reason: 'beyond_next' }), 1)
    await end()
  })

  test('cost the connection where a gap does not end before them, and nothing is closed', async () => {
    const { agent, gaps, end } = await greeted(10n)
    agent.say({ type: 'gap', stream: 'main', lane: 'live', first: 3n, last: 10n, reason: 'lost' })
    assert.equal((await agent.hear('goaway'))?.text, 'beyond_next')
    assert.deepEqual(gaps, [])
    await end()
  })

  test('are fine as the log grows: each batch moves the declared number on, in whatever lane', async () => {
    const { agent, taken, end } = await greeted(10n)
    agent.sendData(10n, 5)
    agent.sendData(15n, 2, 'backlog')
    agent.sendData(17n)
    agent.say({ type: 'gap', stream: 'main', lane: 'live', first: 17n, last: 17n, reason: 'lost' })
    await turns()
    assert.deepEqual(
      taken.map(({ position }) => position.first),
      [10n, 15n, 17n],
    )
    await end()
  })

  test('are fine once the agent has declared them', async () => {
    const { agent, taken, end } = await greeted(10n)
    agent.say({ type: 'next', stream: 'main', next: 5_000n })
    agent.say({ type: 'next', stream: 'main', next: 20n })
    agent.sendData(5_000n)
    await turns()
    assert.equal(taken.length, 1)
    await end()
  })
})

describe('data', () => {
  test('that comes packed is taken as if it had not been', async () => {
    const { connect, taken, end } = await runningReceiver()
    const agent = await connect()
    const welcome = await agent.greet({ capabilities: ['zstd'] })
    assert.ok(welcome?.type === 'welcome')
    assert.deepEqual(welcome.capabilities, ['zstd'])
    const body = zstdCompressSync(encodeRecords({ records: sampleRecords().slice(0, 2) }))
    agent.say({ type: 'data', stream: 'main', lane: 'live', first: 1n, count: 2, codec: 'zstd', body })
    await turns()
    assert.equal(taken[0]?.items.length, 2)
    await end()
  })

  test('belongs to the agent that was admitted, whatever its records say', async () => {
    const { connect, taken, end } = await runningReceiver()
    const agent = await connect()
    await agent.greet({ agent: 'us-7' })
    agent.sendData(5n, 1, 'backlog', sampleRecords().slice(0, 1) as never)
    await turns()
    assert.equal(taken[0]?.items[0]?.origin?.agent, 'us-7')
    assert.deepEqual(taken[0]?.position, {
      source: { agent: 'us-7', stream: 'main', epoch: 'e1' },
      lane: 'backlog',
      first: 5n,
      count: 1,
    })
    await end()
  })

  test('about sessions is left out, and its numbers are closed all the same', async () => {
    const { connect, taken, host, end } = await runningReceiver()
    const agent = await connect()
    await agent.greet()
    const [session, other] = [sampleRecords().at(-1), sampleRecords().at(-2)]
    agent.sendData(1n, 2, 'live', [session, other] as never)
    await turns()
    assert.deepEqual(taken[0]?.position.offsets, [1])
    assert.equal(taken[0]?.position.count, 2)
    assert.equal(host.meter.value('headwatch_native_records_skipped_total', { reason: 'session' }), 1)
    await end()
  })

  test('is acknowledged in the order it came, many at once, and not before its turn', async () => {
    const gates = new Map<bigint, () => void>()
    const take = (first: bigint) => new Promise<void>((resolve) => gates.set(first, resolve))
    const { connect, host, end } = await runningReceiver({ take })
    const agent = await connect()
    await agent.greet()
    for (const first of [1n, 2n, 3n, 4n]) agent.sendData(first)
    await turns()
    gates.get(2n)?.()
    gates.get(3n)?.()
    await host.clock.advance(3_000)
    assert.deepEqual(
      agent.heard.filter(({ type }) => type === 'ack'),
      [],
      'number 1 has no answer yet',
    )
    gates.get(1n)?.()
    await host.clock.advance(200)
    assert.deepEqual(
      agent.heard.filter(({ type }) => type === 'ack'),
      [{ type: 'ack', stream: 'main', lane: 'live', through: 3n }],
    )
    await end()
  })

  test('of one lane does not wait for the other', async () => {
    const take = (first: bigint) => (first === 1n ? new Promise<void>(() => undefined) : undefined)
    const { connect, host, end } = await runningReceiver({ take })
    const agent = await connect()
    await agent.greet()
    agent.sendData(1n, 1, 'backlog')
    agent.sendData(100n, 1, 'live')
    const ack = await whileClockRuns(host.clock, agent.hear('ack'))
    assert.deepEqual(ack, { type: 'ack', stream: 'main', lane: 'live', through: 100n })
    await end()
  })

  test('the pipeline has no room for is asked for again, and the agent is held back meanwhile', async () => {
    let isFull = true
    const take = async () => {
      if (isFull) throw new RetryableError('full', { retryAfterMs: 700 })
    }
    const { connect, host, end } = await runningReceiver({ take })
    const agent = await connect()
    await agent.greet()
    agent.sendData(1n, 3)
    const nack = await agent.hear('nack')
    assert.deepEqual(nack, {
      type: 'nack',
      stream: 'main',
      lane: 'live',
      first: 1n,
      last: 3n,
      action: 'retry',
      retryAfterMs: 700,
      reason: 'full',
    })
    assert.equal((await agent.hear('credit'))?.records, 0)
    isFull = false
    await host.clock.advance(700)
    assert.equal((await agent.hear('credit'))?.records, 10_000)
    agent.sendData(1n, 3)
    assert.equal((await whileClockRuns(host.clock, agent.hear('ack')))?.through, 3n)
    await end()
  })

  test('the pipeline never takes is given up, and leaves no hole', async () => {
    const take = () => Promise.reject(new RejectedError('poison'))
    const { connect, gaps, end } = await runningReceiver({ take })
    const agent = await connect()
    await agent.greet()
    agent.sendData(1n, 3)
    assert.equal((await agent.hear('nack'))?.action, 'drop')
    assert.deepEqual(gaps, [
      { source: { agent: 'eu-1', stream: 'main', epoch: 'e1' }, first: 1n, last: 3n, reason: 'quarantined' },
    ])
    await end()
  })

  for (const codec of ['plain', 'zstd'] as const) {
    test(`that cannot be read is given up, and leaves no hole: ${codec}`, async () => {
      const { connect, gaps, taken, end } = await runningReceiver()
      const agent = await connect()
      await agent.greet({ capabilities: ['zstd'] })
      const body = new Uint8Array([0xc1])
      agent.say({ type: 'data', stream: 'main', lane: 'live', first: 1n, count: 9, codec, body })
      assert.equal((await agent.hear('nack'))?.action, 'drop')
      assert.equal(gaps[0]?.last, 9n)
      assert.deepEqual(taken, [])
      await end()
    })
  }

  test('declared as lost is passed on and acknowledged', async () => {
    const { connect, gaps, host, end } = await runningReceiver()
    const agent = await connect()
    await agent.greet()
    agent.say({ type: 'gap', stream: 'main', lane: 'backlog', first: 3n, last: 900n, reason: 'wrapped' })
    assert.equal((await whileClockRuns(host.clock, agent.hear('ack')))?.through, 900n)
    assert.deepEqual(gaps, [
      { source: { agent: 'eu-1', stream: 'main', epoch: 'e1' }, first: 3n, last: 900n, reason: 'wrapped' },
    ])
    await end()
  })
})

test('an agent that lets its answers pile up unread is cut off', async () => {
  const { host, end } = await runningReceiver({ config: { listen: '/agent' } })
  let unread = 0
  const peer = host.frontDoor.connect('/agent', { bufferedBytes: () => unread })
  const ping = encodeMessage({ type: 'ping', sentAt: 1 })
  peer?.send(ping)
  assert.ok((await peer?.next()) !== undefined)
  unread = 2_000_000
  peer?.send(ping)
  assert.deepEqual(await peer?.ended, { code: 1000, reason: '' })
  await end()
})

describe('the end of a connection', () => {
  const ends: Record<string, { readonly change: string; readonly end: (agent: TestAgent) => void }> = {
    'that was announced': {
      change: 'bye',
      end: (agent) => {
        agent.say({ type: 'bye', reason: 'stopped' })
        agent.hangUp()
      },
    },
    'that was clean': { change: 'closed', end: (agent) => agent.hangUp() },
    'by silence': { change: 'timed_out', end: () => undefined },
  }
  for (const [what, { change, end: leave }] of Object.entries(ends)) {
    test(`${what} is told as ${change}, under the name of its beginning`, async () => {
      const { connect, sessions, host, end } = await runningReceiver({ config: { heartbeatMs: 1_000 } })
      const agent = await connect()
      await agent.greet()
      leave(agent)
      await host.clock.advance(3_000)
      const told = sessions.filter((event) => event.type === 'session')
      assert.deepEqual(
        told.map((event) => event.change),
        ['opened', change],
      )
      assert.equal(new Set(told.map(({ session }) => session)).size, 1)
      await end()
    })
  }

  test('does not come while the agent says anything at all', async () => {
    const { connect, sessions, host, end } = await runningReceiver({ config: { heartbeatMs: 1_000 } })
    const agent = await connect()
    await agent.greet()
    for (let beat = 0; beat < 10; beat++) {
      agent.say({ type: 'ping', sentAt: beat })
      await host.clock.advance(2_000)
    }
    assert.equal(sessions.length, 1)
    assert.equal(agent.heard.filter(({ type }) => type === 'pong').length, 10)
    await end()
  })

  test('comes to the older of two connections of one agent', async () => {
    const { connect, sessions, end } = await runningReceiver()
    const older = await connect()
    await older.greet()
    const newer = await connect()
    await newer.greet()
    assert.equal((await older.hear('goaway'))?.reason, 'duplicate')
    newer.sendData(1n)
    await turns()
    assert.deepEqual(
      sessions.map((event) => event.type === 'session' && event.change),
      ['opened', 'closed', 'opened'],
    )
    await end()
  })

  test('comes to all of them when the server stops, with the request to come back at different moments', async () => {
    const { connect, end } = await runningReceiver()
    const agent = await connect()
    await agent.greet()
    await end()
    const goAway = await agent.hear('goaway')
    assert.equal(goAway?.reason, 'restart')
    assert.equal(goAway?.spreadMs, 30_000)
  })
})

test('connections beyond the limit are turned away', async () => {
  const { connect, end } = await runningReceiver({ config: { maxConnections: 1 } })
  await connect()
  await assert.rejects(connect(), { name: 'RetryableError' })
  await end()
})

test('agents beyond the rate are asked to come back spread over time, and the others are let in', async () => {
  const { host, connect, end } = await runningReceiver({
    config: { acceptPerSecond: 2, retryAfterMs: 500, restartSpreadMs: 30_000 },
  })
  const comeIn = async (agent: string) => (await connect()).greet({ agent })
  assert.deepEqual([(await comeIn('a'))?.type, (await comeIn('b'))?.type], ['welcome', 'welcome'])
  const refused = await comeIn('c')
  assert.partialDeepStrictEqual(refused, { type: 'goaway', reason: 'overloaded', retryAfterMs: 500, spreadMs: 30_000 })
  await host.clock.advance(500)
  assert.deepEqual([(await comeIn('c'))?.type, (await comeIn('d'))?.type], ['welcome', 'goaway'])
  await end()
})
