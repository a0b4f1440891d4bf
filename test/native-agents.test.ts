import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { describe, test } from 'node:test'
import { WebSocket } from 'ws'
import { startTestServer, type TestServer } from './peers/in-process-server.ts'
import { joinNative, type NativeAgent } from './peers/native-agent.ts'
import { readCounter } from './peers/read-counter.ts'
import { until } from './peers/until.ts'

const timeout = 30_000
const counter = ({ url }: TestServer, name: string) => readCounter(`${url}/metrics`, name)

/** What the agent sends now is stored: it is untouched by what happened to others. */
async function isIntact(agent: NativeAgent, first: bigint): Promise<void> {
  agent.sendLogs(first, 1)
  assert.equal((await agent.hear('ack'))?.through, first)
}

describe('an agent on a real socket', { timeout, concurrency: 2 }, () => {
  test('is told what of its log is stored, also by a connection that never heard an answer', async () => {
    await using running = await startTestServer()
    using first = await joinNative(running.host)
    first.sendLogs(1n, 10)
    await until('they are stored', async () => (await counter(running, 'headwatch_stored_total')) >= 10)
    first.socket.terminate()
    using second = await joinNative(running.host)
    assert.ok(second.greeting.type === 'welcome')
    assert.deepEqual(second.greeting.streams[0]?.stored, [{ first: 1n, last: 10n }])
  })

  test('has every record stored once, however often and however cut it sends them', async () => {
    await using running = await startTestServer()
    for (const [first, count] of [
      [1n, 6],
      [4n, 5],
      [1n, 9],
    ] as const) {
      using agent = await joinNative(running.host)
      agent.sendLogs(first, count)
      assert.equal((await agent.hear('ack'))?.through, first + BigInt(count) - 1n)
    }
    assert.equal(await counter(running, 'headwatch_duplicates_total'), 20 - 9, 'sent 20 times, stored 9')
  })

  test('keeps its name: whoever comes with another token, or with none, is sent away and counted', async () => {
    await using running = await startTestServer()
    using owner = await joinNative(running.host)
    await isIntact(owner, 1n)
    for (const token of ['stolen', '']) {
      using thief = await joinNative(running.host, { token })
      assert.partialDeepStrictEqual(thief.greeting, { type: 'goaway', reason: 'unauthorized' })
      await once(thief.socket, 'close')
    }
    await isIntact(owner, 2n)
    assert.equal(await counter(running, 'headwatch_native_refused_total'), 2)
  })

  test('gives way to its own newer connection', async () => {
    await using running = await startTestServer()
    using older = await joinNative(running.host)
    using newer = await joinNative(running.host)
    assert.equal((await older.hear('goaway'))?.reason, 'duplicate')
    await isIntact(newer, 1n)
  })

  test('loses its connection over numbers beyond the declared next one; nothing of it is kept, others are untouched', async () => {
    await using running = await startTestServer()
    using other = await joinNative(running.host, { agent: 'eu-2' })
    await isIntact(other, 1n)
    for (const offend of [
      (agent: NativeAgent) => agent.sendLogs(1_001n, 1),
      (agent: NativeAgent) =>
        agent.say({ type: 'gap', stream: 'main', lane: 'live', first: 1n, last: 2n ** 62n, reason: 'lost' }),
    ]) {
      using agent = await joinNative(running.host)
      offend(agent)
      assert.partialDeepStrictEqual(await agent.hear('goaway'), { reason: 'protocol_error', text: 'beyond_next' })
    }
    using again = await joinNative(running.host)
    assert.ok(again.greeting.type === 'welcome')
    assert.deepEqual(again.greeting.streams[0]?.stored, [])
    assert.equal(await counter(running, 'headwatch_native_frames_refused_total'), 2)
    await isIntact(other, 2n)
  })

  test('gives up a batch that cannot be read, and goes on', async () => {
    await using running = await startTestServer()
    using agent = await joinNative(running.host)
    const body = Uint8Array.of(0xc1)
    agent.say({ type: 'data', stream: 'main', lane: 'live', first: 1n, count: 5, codec: 'plain', body })
    assert.partialDeepStrictEqual(await agent.hear('nack'), { first: 1n, last: 5n, action: 'drop' })
    await isIntact(agent, 6n)
    using again = await joinNative(running.host)
    assert.ok(again.greeting.type === 'welcome')
    assert.deepEqual(again.greeting.streams[0]?.stored, [{ first: 1n, last: 6n }], 'no hole is left')
  })

  test('is cut off by a frame beyond the limit, before that is read whole; others are untouched', async () => {
    await using running = await startTestServer({ native: { frameBytes: 4_096 } })
    using other = await joinNative(running.host, { agent: 'eu-2' })
    using agent = await joinNative(running.host)
    agent.socket.send(Buffer.alloc(100_000))
    const [code] = (await once(agent.socket, 'close')) as [number]
    assert.equal(code, 1009)
    assert.equal(await counter(running, 'headwatch_connections_broken_total'), 1)
    await isIntact(other, 1n)
  })

  test('that is silent is left after three beats', async () => {
    await using running = await startTestServer({ native: { heartbeatMs: 100 } })
    using agent = await joinNative(running.host)
    await once(agent.socket, 'close')
    assert.ok(await agent.hear('ping'))
  })

  test('is asked to come back, at a moment of its own, by a server that stops', async () => {
    await using running = await startTestServer()
    using agent = await joinNative(running.host)
    agent.sendLogs(1n, 3)
    await until('they are stored', async () => (await counter(running, 'headwatch_stored_total')) >= 3)
    const stopped = running.server.stop()
    const goAway = await agent.hear('goaway')
    assert.partialDeepStrictEqual(goAway, { reason: 'restart', spreadMs: 30_000 })
    assert.equal((await agent.hear('ack'))?.through, 3n, 'what is stored is acknowledged first')
    await stopped
  })
})

test('a client of another version is told which one is spoken', async () => {
  await using running = await startTestServer()
  for (const offered of [[], ['headwatch.v2']]) {
    const socket = new WebSocket(`ws://${running.host}/agent`, offered)
    socket.on('error', () => undefined)
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage]
    const body = await response.setEncoding('utf8').toArray()
    assert.deepEqual([response.statusCode, body.join('')], [400, 'This path speaks headwatch.v1.\n'])
  }
})
