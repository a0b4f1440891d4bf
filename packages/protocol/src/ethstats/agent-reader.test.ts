import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { reading } from '../well-known-readings.ts'
import { AgentReader } from './agent-reader.ts'
import { readServerFrame } from './server-frames.ts'

const hash = (digit: string) => `0x${digit.repeat(64)}`
const block = { number: 7, hash: hash('a'), parentHash: hash('b'), timestamp: 1_700_000_000 }
const event = (topic: string, payload?: unknown) => JSON.stringify({ emit: [topic, payload] })
const read = (text: string) => new AgentReader().read(text)

function readingsAfter(node: string, topic: string, payload: object, info: object = {}): unknown {
  const reader = new AgentReader()
  reader.read(event('hello', { id: 'n', secret: 's', info: { node, ...info } }))
  const frame = reader.read(event(topic, { id: 'n', ...payload }))
  assert.ok(frame.kind === 'telemetry')
  return frame.items.map((item) => (item.type === 'metrics' ? item.readings : item))
}

describe('the reader of agent frames', () => {
  for (const [what, text] of Object.entries({
    'nothing but null': 'null',
    'an empty text': '',
    'a number': '7',
    'a list': '[]',
    'no JSON': '{"emit":[',
    'an empty event': '{"emit":[]}',
    'an event without a name': '{"emit":[null]}',
    'an event that is no list': '{"emit":{}}',
    'a text of no protocol': '"hello"',
  })) {
    test(`calls it malformed when it gets ${what}`, () => {
      assert.equal(read(text).kind, 'malformed')
    })
  }

  for (const topic of [
    'hello',
    'node-ping',
    'block',
    'block_new_payload',
    'pending',
    'stats',
    'latency',
    'history',
    'update',
  ]) {
    for (const payload of [undefined, null, 7, 'x', [], [null]]) {
      test(`calls ${topic} malformed with ${JSON.stringify(payload)} for a payload`, () => {
        assert.equal(read(event(topic, payload)).kind, 'malformed')
      })
    }
  }

  for (const [what, frame] of Object.entries({
    'a hello without info': event('hello', { id: 'n', secret: 's', info: null }),
    'a hello without id': event('hello', { secret: 's', info: {} }),
    'an id with a line break': event('hello', { id: 'a\nb', secret: 's', info: {} }),
    'an id too long to keep': event('hello', { id: 'x'.repeat(300), secret: 's', info: {} }),
    'a block that is null': event('block', { id: 'n', block: null }),
    'stats that are null': event('stats', { id: 'n', stats: null }),
    'pending that is null': event('pending', { id: 'n', stats: null }),
    'a history that is an object': event('history', { id: 'n', history: {} }),
    'a node-ping with an object to echo': event('node-ping', { id: 'n', clientTime: {} }),
  })) {
    test(`calls it malformed when it gets ${what}`, () => {
      assert.equal(read(frame).kind, 'malformed')
    })
  }

  test('reads a block whose lists are null, and counts nothing for them', () => {
    const frame = read(event('block', { block: { ...block, uncles: null, transactions: null } }))
    assert.ok(frame.kind === 'telemetry' && frame.items[0]?.type === 'block')
    assert.deepEqual(frame.items[0].block, {
      number: 7n,
      hash: hash('a'),
      parentHash: hash('b'),
      timestampS: 1_700_000_000,
    })
  })

  test('counts what of a history is no block, and reads no more than its limit', () => {
    const frame = read(event('history', { history: [null, false, ...Array(200).fill(block)] }))
    assert.ok(frame.kind === 'history')
    assert.equal(frame.items.length, 126)
    assert.equal(frame.unreadable, 76)
  })

  test('reads one fact alike, whatever way it is spelled', () => {
    const spelled = (number: unknown) => {
      const frame = read(event('block', { block: { ...block, number, hash: `0x${'A'.repeat(64)}` } }))
      return frame.kind === 'telemetry' && frame.items[0]?.type === 'block' ? frame.items[0].block : frame
    }
    assert.deepEqual(spelled('0x10'), spelled(16))
    assert.deepEqual(spelled('16'), spelled(16))
    assert.deepEqual(spelled(16), { number: 16n, hash: hash('a'), parentHash: hash('b'), timestampS: 1_700_000_000 })
  })

  test('takes the same head once more for a repeat, and another for a new one', () => {
    const reader = new AgentReader()
    const occasions = ['a', 'a', 'c', 'a'].map((digit) => {
      const frame = reader.read(event('block', { block: { ...block, hash: hash(digit) } }))
      return frame.kind === 'telemetry' && frame.items[0]?.type === 'block' ? frame.items[0].occasion : frame
    })
    assert.deepEqual(occasions, ['head', 'repeat', 'head', 'head'])
  })

  test('closes a frame that is too long or too deep without parsing it', () => {
    const reader = new AgentReader({ frameChars: 100_000, depth: 32, historyBlocks: 8, textChars: 8, idChars: 8 })
    assert.deepEqual(reader.read(`"${'x'.repeat(100_000)}"`), { kind: 'malformed', reason: 'too_long' })
    assert.deepEqual(reader.read('['.repeat(50_000)), { kind: 'malformed', reason: 'too_deep' })
    assert.deepEqual(reader.read(`["${'['.repeat(50_000)}"]`), { kind: 'malformed', reason: 'not_an_event' })
    assert.deepEqual(reader.read(`["${'\\"['.repeat(20_000)}"]`), { kind: 'malformed', reason: 'not_an_event' })
    assert.deepEqual(new AgentReader().read('['.repeat(4_000)), { kind: 'malformed', reason: 'not_json' })
  })

  test('keeps text as people wrote it, in any script', () => {
    const frame = read(
      event('hello', { id: 'Zürich-λ-節點-🛰', secret: 'ß', info: { contact: 'Łódź <ops@example.org>' } }),
    )
    assert.ok(frame.kind === 'hello')
    assert.deepEqual(
      [frame.hello.id, frame.hello.secret, frame.hello.node.contact],
      ['Zürich-λ-節點-🛰', 'ß', 'Łódź <ops@example.org>'],
    )
  })
})

describe('what a client means', () => {
  const syncing = (node: string, value: unknown, info?: object) =>
    readingsAfter(node, 'stats', { stats: { syncing: value } }, info)

  test('by syncing depends on the client', () => {
    assert.deepEqual(syncing('Geth/v1.17.0-stable/linux', true), [{ [reading.syncing]: 1 }])
    assert.deepEqual(syncing('Geth/v1.10.26-stable/linux', true), [{ [reading.syncing]: 0 }])
    assert.deepEqual(syncing('Geth/v1.13.10-stable/linux', true), [{ [reading.syncing]: 0 }])
    assert.deepEqual(syncing('Geth/v1.13.11-stable/linux', true), [{ [reading.syncing]: 1 }])
    assert.deepEqual(syncing('besu/v26.3.0/linux', true), [{ [reading.syncing]: 0 }])
    assert.deepEqual(syncing('Nethermind/v1.31.0/linux', true), [{ [reading.syncing]: 1 }])
    assert.deepEqual(syncing('Geth/v1.9.7-stable/linux', true, { api: '0.15.3' }), [{ [reading.syncing]: 1 }])
  })

  test('by a gas price of nothing depends on the client', () => {
    const price = (node: string, info?: object) => readingsAfter(node, 'stats', { stats: { gasPrice: 0 } }, info)
    assert.deepEqual(price('Geth/v1.17.0-stable/linux'), [{ [reading.gasPriceWei]: 0n }])
    assert.deepEqual(price('erigon/v3.2.0/linux'), [])
    assert.deepEqual(price('n', { name: 'Reth' }), [])
  })

  test('by latency is the whole way, half of it, or nothing to rely on', () => {
    const latency = (node: string) => readingsAfter(node, 'latency', { latency: '10' })
    assert.deepEqual(latency('Geth/v1.17.0-stable/linux'), [{ [reading.latency]: 10 }])
    assert.deepEqual(latency('besu/v26.3.0/linux'), [{ [reading.latency]: 5 }])
    assert.deepEqual(latency('Nethermind/v1.31.0/linux'), [])
  })

  test('never is its constant uptime', () => {
    assert.deepEqual(readingsAfter('Geth/v1.17.0/l', 'stats', { stats: { active: true, uptime: 100 } }), [
      { [reading.rpcUp]: 1 },
    ])
  })
})

describe('no frame of anybody', () => {
  const keys = fc.constantFrom(
    'emit',
    'id',
    'info',
    'block',
    'stats',
    'history',
    'number',
    'hash',
    'list',
    'latency',
    '__proto__',
    'constructor',
    'toString',
  )
  const anything = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.jsonValue(),
      fc.constantFrom('0x', '-1', '1e400', '', hash('a')),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(keys, tie('value'), { maxKeys: 5 }),
    ),
  })).value
  const topics = fc.constantFrom(
    'hello',
    'node-ping',
    'block',
    'block_new_payload',
    'pending',
    'stats',
    'latency',
    'history',
    'update',
    'node-pong',
    'ready',
    'x',
  )

  test('makes a reader throw, whatever it holds', () => {
    const reader = new AgentReader()
    fc.assert(
      fc.property(
        fc.oneof(
          fc.tuple(topics, anything).map(([topic, payload]) => event(topic, payload)),
          anything.map((value) => JSON.stringify(value) ?? ''),
          fc.string(),
        ),
        (text) => {
          assert.ok(reader.read(text).kind)
          assert.ok(readServerFrame(text).kind)
        },
      ),
      { numRuns: 3_000 },
    )
  })

  test('makes a prototype of ours other than it was', () => {
    const text =
      '{"emit":["hello",{"id":"n","secret":"s","__proto__":{"polluted":1},"info":{"__proto__":{"polluted":1},"node":"x/1"}}]}'
    assert.equal(read(text).kind, 'hello')
    assert.equal(({} as { polluted?: unknown }).polluted, undefined)
  })
})
