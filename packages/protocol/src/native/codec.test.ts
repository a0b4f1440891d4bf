import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { checkNativeCodec } from '../testkit/check-native-codec.ts'
import { decodeMessage, decodeRecords, encodeMessage, encodeRecords } from './index.ts'
import type { NativeMessage } from './messages.ts'
import { packWire, type Wire } from './msgpack.ts'
import { maxSequence } from './wire-codec.ts'

checkNativeCodec('the one in JavaScript', { encodeMessage, decodeMessage, encodeRecords, decodeRecords }, fc)

const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(model, { noNullPrototype: true })
const sequence = fc.oneof(fc.bigInt(0n, 100n), fc.bigInt(0n, maxSequence))
const text = fc.string({ unit: 'binary', maxLength: 64 })
const ms = fc.oneof(fc.nat(), fc.maxSafeNat())
const lane = fc.constantFrom('live', 'backlog')
const range = fc.tuple(sequence, sequence).map(([a, b]) => (a < b ? { first: a, last: b } : { first: b, last: a }))
const capabilities = fc.subarray(['zstd', 'blocks_on_request'])

const messages: Record<NativeMessage['type'], fc.Arbitrary<object>> = {
  hello: record({
    agent: text,
    program: text,
    token: text,
    streams: fc.array(record({ stream: text, epoch: text, next: sequence }), { maxLength: 4 }),
    capabilities,
  }),
  welcome: record({
    server: text,
    program: text,
    streams: fc.array(record({ stream: text, epoch: text, stored: fc.array(range, { maxLength: 8 }) }), {
      maxLength: 4,
    }),
    credit: record({ records: ms, bytes: ms }),
    heartbeatMs: ms,
    limits: record({ frameBytes: ms, batchRecords: ms }),
    collectEveryMs: ms,
    capabilities,
  }),
  data: record({
    stream: text,
    lane,
    first: fc.bigInt(0n, maxSequence - 1_000n),
    count: fc.integer({ min: 1, max: 1_000 }),
    codec: fc.constantFrom('plain', 'zstd'),
    body: fc.uint8Array({ maxLength: 100 }),
  }),
  gap: record({ stream: text, lane, range, reason: fc.constantFrom('wrapped', 'dropped', 'quarantined', 'lost') }).map(
    ({ range: numbers, ...rest }) => ({ ...rest, ...numbers }),
  ),
  ack: record({ stream: text, lane, through: sequence }),
  nack: record({
    stream: text,
    lane,
    range,
    action: fc.constantFrom('retry', 'drop'),
    retryAfterMs: ms,
    reason: text,
  }).map(({ range: numbers, ...rest }) => ({ ...rest, ...numbers })),
  credit: record({ records: ms, bytes: ms }),
  next: record({ stream: text, next: sequence }),
  goaway: record({
    reason: fc.constantFrom('restart', 'overloaded', 'unauthorized', 'duplicate', 'protocol_error', 'banned'),
    text,
    retryAfterMs: ms,
    spreadMs: ms,
  }),
  bye: record({ reason: text }),
  ping: record({ sentAt: ms }),
  pong: record({ sentAt: ms, receivedAt: ms, repliedAt: ms }),
}

describe('a message', () => {
  for (const [type, fields] of Object.entries(messages)) {
    test(`of type ${type} comes back as it was`, () => {
      fc.assert(
        fc.property(fields, (values) => {
          const message = { type, ...values } as NativeMessage
          assert.deepEqual(decodeMessage(encodeMessage(message)), { ok: true, message })
        }),
      )
    })
  }

  const refused: Record<string, { wire: Wire; reason: string }> = {
    'a kind nobody knows': { wire: [13, 'x'], reason: 'unknown_kind' },
    'no kind': { wire: [], reason: 'unknown_kind' },
    'a kind that is text': { wire: ['ack', 'main', 0, 1], reason: 'unknown_kind' },
    'a sequence number below zero': { wire: [5, 'main', 0, -1], reason: 'bad_field' },
    'a sequence number beyond 2^63 - 1': { wire: [5, 'main', 0, 2n ** 63n], reason: 'bad_field' },
    'a sequence number that is not whole': { wire: [5, 'main', 0, 1.5], reason: 'bad_field' },
    'a sequence number that is no number': { wire: [5, 'main', 0, Number.NaN], reason: 'bad_field' },
    'a sequence number as text': { wire: [5, 'main', 0, '7'], reason: 'bad_field' },
    'a lane nobody knows': { wire: [5, 'main', 2, 7], reason: 'bad_field' },
    'a field missing': { wire: [5, 'main', 0], reason: 'bad_field' },
    'a stream name that is a novel': { wire: [5, 'x'.repeat(300), 0, 1], reason: 'bad_field' },
    'a batch of nothing': { wire: [3, 'main', 0, 1, 0, 0, new Uint8Array()], reason: 'bad_field' },
    'a batch that reaches beyond the last number': {
      wire: [3, 'main', 0, maxSequence, 2, 0, new Uint8Array()],
      reason: 'bad_field',
    },
    'a range that ends before it begins': { wire: [4, 'main', 0, 9, 8, 0], reason: 'bad_field' },
    'a time that is no number': { wire: [10, Number.POSITIVE_INFINITY], reason: 'bad_field' },
    'more stored ranges than a source may have': {
      wire: [2, 's', 'p', [['main', 'e', Array.from({ length: 9 }, (_, index) => [index * 2, index * 2])]]],
      reason: 'bad_field',
    },
    'more streams than an agent may have': {
      wire: [1, 'a', 'p', '', Array.from({ length: 65 }, () => ['main', 'e', 1]), []],
      reason: 'bad_field',
    },
    'text where a message belongs': { wire: 'hello', reason: 'not_msgpack' },
  }
  for (const [what, { wire, reason }] of Object.entries(refused)) {
    test(`is refused with ${what}`, () => {
      const decoded = decodeMessage(packWire(wire))
      assert.equal(decoded.ok ? 'accepted' : decoded.reason, reason)
    })
  }

  test('with a map or an extension in it is refused', () => {
    for (const bytes of [
      [0x81, 0xa1, 0x61, 0x01],
      [0x92, 0x0a, 0xd4, 0x72, 0x40],
      [0x92, 0x0a, 0xc7, 0x01, 0x78, 0x90],
    ]) {
      assert.equal(decodeMessage(new Uint8Array(bytes)).ok, false)
    }
  })

  test('with fields behind the known ones is read without them', () => {
    const decoded = decodeMessage(packWire([5, 'main', 1, 41, 'of a later version', [1]]))
    assert.deepEqual(decoded, { ok: true, message: { type: 'ack', stream: 'main', lane: 'backlog', through: 41n } })
  })

  test('with capabilities nobody knows is read without them', () => {
    const decoded = decodeMessage(packWire([1, 'a', 'p', '', [], ['teleport', 'zstd', 7]]))
    assert.deepEqual(decoded.ok && decoded.message.type === 'hello' && decoded.message.capabilities, ['zstd'])
  })

  test('never shows a token in what is said about a frame that is refused', () => {
    const decoded = decodeMessage(packWire([1, 'a', 'p', 'secret', 'streams missing', []]))
    assert.equal(JSON.stringify(decoded).includes('secret'), false)
  })

  test('may be given in memory that is used again', () => {
    const frame = encodeMessage({ type: 'bye', reason: 'restart' })
    const memory = new Uint8Array([...frame])
    const decoded = decodeMessage(memory)
    memory.fill(0)
    assert.deepEqual(decoded, { ok: true, message: { type: 'bye', reason: 'restart' } })
  })
})
