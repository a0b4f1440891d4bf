import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { reading, type Telemetry } from '@headwatch/protocol'
import { sampleRecords } from '@headwatch/protocol/testkit'
import { checkExporter, checkedConfig, fakeHost, settled } from '@headwatch/sdk/testkit'
import { ethstatsExporter } from './exporter.ts'
import { originalServer } from './testkit/original-server.ts'
import {
  batchOf,
  blockAt,
  head,
  heard,
  historyNumbers,
  metrics,
  node,
  readings,
  started,
  topicsOf,
} from './testkit/started-exporter.ts'
import { startedReceiver } from './testkit/started-receiver.ts'

const timeout = 20_000

for (const generation of [6, 8] as const) {
  describe(`the ethstats exporter and a server of generation ${generation}`, { timeout }, () => {
    test('agree from hello to history, and the server has nothing to complain of', { timeout }, async () => {
      await using server = await originalServer({ generation })
      await using exporter = await started(server, { contact: 'ops@example.org' })
      await exporter.send([node, ...Array.from({ length: 70 }, (_, index) => head(index + 1)), readings])
      await server.until(() => heard(server, 'latency').length > 0 && heard(server, 'stats').length > 0)
      assert.deepEqual(topicsOf(server).slice(0, 2), ['hello', 'node-ping'])
      assert.deepEqual(heard(server, 'hello')[0]?.payload, {
        id: 'eu-1',
        info: {
          name: 'eu-1',
          node: 'Geth/v1.17.0-stable/linux-amd64/go1.24',
          port: 30_303,
          net: '5',
          protocol: '',
          api: 'No',
          os: 'linux',
          os_v: '',
          client: '0.1.1',
          canUpdateHistory: true,
          contact: 'ops@example.org',
        },
        secret: 's3cr3t',
      })
      assert.deepEqual(heard(server, 'stats')[0]?.payload.stats, {
        active: true,
        syncing: false,
        peers: 12,
        gasPrice: 1_500_000_000,
        uptime: 100,
      })
      assert.deepEqual(heard(server, 'pending')[0]?.payload.stats, { pending: 7 })
      server.broadcast('{"emit":["history",{"max":70,"min":1,"list":[1,2,3,68,69,70,71]}]}')
      await server.until(() => heard(server, 'history').length > 0)
      assert.deepEqual(historyNumbers(server), [[70, 69, 68]])
      assert.deepEqual(server.complaints, [])
    })
  })
}

describe('the ethstats exporter', { timeout }, () => {
  test('answers every form in which servers ask for history, with a list in any case', { timeout }, async () => {
    await using server = await originalServer()
    await using exporter = await started(server)
    const wishes = ['false', '{"max":null,"min":null,"list":[]}', '{"min":2,"max":3}', '{"max":0,"min":-49,"list":[0]}']
    await exporter.send([node, head(1), head(2), head(3), head(4)])
    for (const wish of wishes) server.broadcast(`{"emit":["history",${wish}]}`)
    await server.until(() => heard(server, 'history').length === wishes.length)
    assert.deepEqual(historyNumbers(server), [[4, 3, 2, 1], [], [3, 2], []])
  })

  test('answers the ping of the transport with its time, and pings by itself before a server loses patience', {
    timeout,
  }, async () => {
    await using server = await originalServer({ generation: 8 })
    await using exporter = await started(server)
    await exporter.send([node])
    server.broadcast('"primus::ping::1766000010000"')
    await server.until(() => server.texts.length > 0)
    assert.deepEqual(server.texts, ['primus::pong::1766000010000'])
    await exporter.run(() => heard(server, 'node-ping').length >= 3)
    const since = exporter.host.clock.monotonicMs()
    await exporter.run(() => heard(server, 'node-ping').length >= 4)
    assert.ok(exporter.host.clock.monotonicMs() - since <= 25_000)
    await server.until(() => heard(server, 'latency').length >= 3)
    assert.deepEqual(server.complaints, [])
  })

  test('stays away for long after a wrong secret, and tells nobody what it was', { timeout }, async () => {
    await using server = await originalServer({ secret: 'other' })
    await using exporter = await started(server, { secret: 'hunter2' })
    const outcome = await settled(exporter.send([node]))
    assert.ok(outcome.how === 'rejected')
    const { retryable, retryAfterMs, message } = outcome.thrown as {
      retryable: boolean
      retryAfterMs: number
      message: string
    }
    assert.equal(retryable, true)
    assert.ok(retryAfterMs >= 10_000 && retryAfterMs <= 40_000, String(retryAfterMs))
    assert.ok(!JSON.stringify([exporter.host.logger.lines, message]).includes('hunter2'))
    const again = await settled(exporter.send([node]))
    assert.equal(again.how, 'rejected')
    assert.equal(server.connections, 1)
    await exporter.run(() => server.connections === 2)
  })

  test('comes again by itself after any end, and tells what stands then', { timeout }, async () => {
    await using server = await originalServer()
    await using exporter = await started(server)
    await exporter.send([node, head(9), readings])
    await server.until(() => heard(server, 'stats').length === 1)
    server.cut()
    await exporter.run(() => heard(server, 'hello').length === 2 && heard(server, 'stats').length === 2)
    assert.deepEqual(
      heard(server, 'block').map(({ payload }) => (payload.block as { number: number }).number),
      [9, 9],
    )
    assert.deepEqual(server.complaints, [])
  })

  test('comes again, later, to a server that is full', { timeout }, async () => {
    let isFull = true
    await using server = await originalServer({ isFull: () => isFull })
    await using exporter = await started(server)
    assert.equal((await settled(exporter.send([node]))).how, 'rejected')
    isFull = false
    await exporter.run(() => heard(server, 'hello').length === 1)
  })

  test('gives up a server that takes the connection and says nothing', { timeout }, async () => {
    await using server = await originalServer()
    server.fallSilent()
    await using exporter = await started(server, { connectTimeoutMs: 2_000 })
    const outcome = await settled(exporter.send([node]), exporter.host.clock)
    assert.equal(outcome.how, 'rejected')
  })

  test('says hello once more when the node turns out to be another', { timeout }, async () => {
    await using server = await originalServer()
    await using exporter = await started(server)
    await exporter.send([head(1)])
    await exporter.send([node])
    await exporter.send([node])
    await exporter.send([head(2)])
    await server.until(() => heard(server, 'block').length >= 2)
    const clients = heard(server, 'hello').map(({ payload }) => (payload.info as { node: string }).node)
    assert.deepEqual(clients, ['unknown/v0.0.0', 'Geth/v1.17.0-stable/linux-amd64/go1.24'])
    assert.deepEqual(server.complaints, [])
  })

  test('gives each node a connection of its own, and no more than it may', { timeout }, async () => {
    await using server = await originalServer()
    await using exporter = await started(server, { maxNodes: 2, name: 'Front' })
    assert.deepEqual(await exporter.send([node]), { rejected: [], kept: [] })
    assert.deepEqual(await exporter.send([node], 'second'), { rejected: [], kept: [] })
    assert.deepEqual(await exporter.send([node], 'third'), {
      rejected: [{ index: 0, reason: 'too_many_nodes' }],
      kept: [],
    })
    assert.deepEqual(
      heard(server, 'hello').map(({ payload }) => payload.id),
      ['Front', 'second'],
    )
  })

  test('tells of old blocks only when asked, and of readings only the latest', { timeout }, async () => {
    await using server = await originalServer()
    await using exporter = await started(server)
    const longAgo = exporter.host.clock.now() - 60_000
    await exporter.send([
      node,
      { ...head(1), at: longAgo },
      metrics({ [reading.peers]: 1 }),
      metrics({ [reading.peers]: 2 }),
      head(2),
    ])
    await exporter.send([metrics({ [reading.peers]: 3 }), { ...metrics({ [reading.peers]: 99 }), at: longAgo }])
    await server.until(() => heard(server, 'stats').length >= 2)
    const blocks = new Set(heard(server, 'block').map(({ payload }) => (payload.block as { number: number }).number))
    assert.deepEqual([...blocks], [2])
    const peers = heard(server, 'stats').map(({ payload }) => (payload.stats as { peers: number }).peers)
    assert.deepEqual([...new Set(peers)], [2, 3])
  })

  test('says which records the protocol has no words for', { timeout }, async () => {
    await using server = await originalServer()
    await using exporter = await started(server)
    const log: Telemetry = { type: 'log', severity: 6, application: 'x', message: 'y' }
    const outcome = await exporter.send([node, log])
    assert.deepEqual(outcome, { rejected: [], kept: [], skipped: [{ index: 1, reason: 'not_in_ethstats' }] })
  })

  test('tells our own receiver what it was told', { timeout }, async () => {
    await using receiver = await startedReceiver({ config: { path: '/api' } })
    const host = fakeHost({ self: { agent: 'eu-1', node: 'eu-1' } })
    const config = await checkedConfig(ethstatsExporter.config, { endpoint: receiver.url, secret: 's3cr3t' })
    const exporter = ethstatsExporter.create(config, host)
    await exporter.export(batchOf(host, [node, head(41), head(42), readings], 'eu-1'), new AbortController().signal)
    await receiver.heard(6)
    const items = await receiver.items()
    const blocks = items.flatMap((item) => (item.type === 'block' && item.occasion === 'head' ? [item.block] : []))
    assert.deepEqual(blocks, [blockAt(41), blockAt(42)])
    await exporter[Symbol.asyncDispose]?.()
  })
})

checkExporter(ethstatsExporter, {
  records: sampleRecords().filter(({ type }) => type === 'block_timing'),
  invalid: [{ endpoint: 'http://x' }, { endpoint: 'ws://user:secret@x/api' }, { maxNodes: 0 }],
  pointedAt: (address) => ({ endpoint: `ws://${address}/api`, connectTimeoutMs: 60_000 }),
  peer: async () => {
    const server = await originalServer()
    return {
      config: { endpoint: server.endpoint, secret: 's3cr3t', connectTimeoutMs: 60_000 },
      fallSilent: () => server.fallSilent(),
      received: (count) => server.until(() => heard(server, 'block_new_payload').length >= count),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    }
  },
})
