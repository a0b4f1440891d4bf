import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { MetricValue, NodeReport } from '../telemetry.ts'
import { reading } from '../well-known-readings.ts'
import {
  blockFrame,
  helloFrame,
  historyFrame,
  latencyFrame,
  nodePingFrame,
  pendingFrame,
  primusPong,
  statsFrame,
  timingFrame,
} from './agent-frames.ts'
import { AgentReader } from './agent-reader.ts'
import {
  closeFrame,
  historyRequestFrame,
  nodePongFrame,
  primusPing,
  readServerFrame,
  readyFrame,
} from './server-frames.ts'
import { carriedBlock, hexOf } from './testkit/carried-block.ts'

const read = (frame: string) => new AgentReader().read(frame)
const text = fc.string({ minLength: 1, maxLength: 100, unit: 'binary' }).filter((value) => isPlain(value))
const count = fc.nat({ max: Number.MAX_SAFE_INTEGER })

function isPlain(value: string): boolean {
  return value.isWellFormed() && value === value.replace(/\p{Cc}/gu, '').trim() && value !== ''
}

describe('the reader gives back what the writer wrote:', () => {
  test('a block', () => {
    fc.assert(
      fc.property(carriedBlock, (block) => {
        const items = [{ type: 'block', occasion: 'head', block }]
        assert.deepEqual(read(blockFrame('n', block)), { kind: 'telemetry', topic: 'block', items })
      }),
    )
  })

  test('a history, newest first', () => {
    fc.assert(
      fc.property(fc.uniqueArray(carriedBlock, { maxLength: 20, selector: ({ number }) => number }), (blocks) => {
        const newestFirst = blocks.toSorted((a, b) => Number(b.number - a.number))
        const items = newestFirst.map((block) => ({ type: 'block', occasion: 'history', block }))
        assert.deepEqual(read(historyFrame('n', blocks)), { kind: 'history', items, unreadable: 0 })
      }),
    )
  })

  test('stats', () => {
    const flag = fc.constantFrom(0, 1)
    const readings = fc.record<Record<string, MetricValue>>(
      {
        [reading.rpcUp]: flag,
        [reading.syncing]: flag,
        [reading.mining]: flag,
        [reading.hashrate]: count,
        [reading.peers]: count,
        [reading.gasPriceWei]: fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }),
      },
      { requiredKeys: [reading.rpcUp] },
    )
    fc.assert(
      fc.property(readings, (told) => {
        const items = [{ type: 'metrics', readings: { ...told } }]
        assert.deepEqual(read(statsFrame('n', told)), { kind: 'telemetry', topic: 'stats', items })
      }),
    )
  })

  test('pending, latency and the time of a block', () => {
    fc.assert(
      fc.property(count, fc.nat({ max: 10_000 }), hexOf(32), (pending, latency, hash) => {
        const metrics = (readings: object) => [{ type: 'metrics', readings }]
        assert.deepEqual(read(pendingFrame('n', pending)), {
          kind: 'telemetry',
          topic: 'pending',
          items: metrics({ [reading.pendingTransactions]: pending }),
        })
        assert.deepEqual(read(latencyFrame('n', latency)), {
          kind: 'telemetry',
          topic: 'latency',
          items: metrics({ [reading.latency]: latency }),
        })
        const timing = { type: 'block_timing' as const, number: BigInt(pending), hash, processingMs: latency / 8 }
        assert.deepEqual(read(timingFrame('n', timing)), {
          kind: 'telemetry',
          topic: 'block_new_payload',
          items: [timing],
        })
      }),
    )
  })

  test('who a node is', () => {
    const node: fc.Arbitrary<NodeReport> = fc.record(
      {
        type: fc.constant('node' as const),
        client: text.map((version) => `Geth/v1.17.0/${version}`),
        networkId: fc.bigInt({ min: 0n, max: 1n << 64n }).map(String),
        protocols: text.filter((value) => !value.startsWith('[')),
        p2pPort: fc.integer({ min: 1, max: 65_535 }),
        os: text,
        osVersion: text,
        contact: text,
        coinbase: hexOf(20),
      },
      { noNullPrototype: true, requiredKeys: ['type', 'client', 'networkId'] },
    )
    fc.assert(
      fc.property(text, text, node, (id, secret, report) => {
        const frame = read(helloFrame({ id, secret, name: id, node: report }))
        assert.ok(frame.kind === 'hello')
        const { dialect: _, ...hello } = frame.hello
        const node = { ...report, reporter: '0.1.1' }
        assert.deepEqual(hello, { id, secret, network: report.networkId, node, canAnswerHistory: true })
      }),
    )
  })

  test('pings and pongs, with the time of the asker unchanged', () => {
    fc.assert(
      fc.property(fc.oneof(text, count), count, (clientTime, now) => {
        assert.deepEqual(read(nodePingFrame('n', clientTime)), { kind: 'node_ping', clientTime })
        assert.deepEqual(readServerFrame(nodePongFrame(clientTime, now)), { kind: 'node_pong', clientTime })
        assert.deepEqual(read(primusPing(now)), { kind: 'primus_ping', time: String(now) })
        assert.deepEqual(readServerFrame(primusPong(String(now))), { kind: 'primus_pong', time: String(now) })
      }),
    )
  })

  test('what else a server says', () => {
    assert.deepEqual(readServerFrame(readyFrame), { kind: 'ready' })
    assert.deepEqual(readServerFrame(closeFrame), { kind: 'server_close' })
  })
})

describe('a request for history', () => {
  test('lists heights without holes, ascending, fifty at most, none below one', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 1n << 50n }), (max) => {
        const [topic, wish] = JSON.parse(historyRequestFrame(max) ?? '').emit
        assert.equal(topic, 'history')
        assert.equal(wish.list.length, Math.min(50, Number(max)))
        assert.deepEqual([wish.min, wish.max], [wish.list[0], wish.list.at(-1)])
        assert.equal(wish.max, Number(max))
        wish.list.forEach((height: number, index: number) => {
          assert.equal(height, wish.min + index)
        })
        assert.deepEqual(readServerFrame(historyRequestFrame(max) ?? ''), {
          kind: 'history_wish',
          wish: { of: 'list', numbers: wish.list },
        })
      }),
    )
  })

  test('is not made of a chain that has nothing to tell', () => {
    assert.equal(historyRequestFrame(0n), undefined)
    assert.equal(historyRequestFrame(-1n), undefined)
  })
})
