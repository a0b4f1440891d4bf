import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { zstdDecompressSync } from 'node:zlib'
import type { AlarmTransition } from '../alarm.ts'
import type { TelemetryRecord } from '../telemetry.ts'
import { sampleRecords } from '../testkit/sample-records.ts'
import { decodeMessage, decodeRecords, encodeMessage, encodeRecords } from './index.ts'
import type { NativeMessage } from './messages.ts'
import type { Body } from './records.ts'

/*
 * Recorded frames, for whoever writes an agent in another language. A file is never edited: a change of the wire adds one.
 * To record what is listed here and has no file yet: HEADWATCH_RECORD_VECTORS=1 node --test <this file>.
 * In a file a bigint stands as {"bigint": "5"} and bytes as {"bytes": "00ff"}.
 */

type Recorded =
  | { readonly name: string; readonly hex: string; readonly message: NativeMessage }
  | { readonly name: string; readonly hex: string; readonly numbers: number; readonly body: Body }

const folder = new URL('../../vectors/native/', import.meta.url)

/** Thirty readings of a node's peers, as one packer packed them; others come to other bytes. */
const packedBody = Uint8Array.from(
  Buffer.from(
    [
      '28b52ffd60020185040034059493a465752d31a6676574682d61ab70656572735f636f756e7491920001c0dc001e9504',
      '00d3000001a1ee565e00c09202190102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1dc09202191d',
      '00a013d01de818e80474073a063a01dd818e814e4077a063a013d01de818e80474073a063a01dd818e814e4077a063a0',
      '13d01de818e842c69850',
    ].join(''),
    'hex',
  ),
)

const messages: Record<string, NativeMessage> = {
  hello: {
    type: 'hello',
    agent: 'eu-1',
    program: 'headwatch/0.1.0',
    token: 'example-token',
    streams: [{ stream: 'main', epoch: '3f1c9a52', next: 5_000_000_000n }],
    capabilities: ['zstd'],
  },
  'hello-without-streams': { type: 'hello', agent: 'ü', program: '', token: '', streams: [], capabilities: [] },
  welcome: {
    type: 'welcome',
    server: 'core-1',
    program: 'headwatch/0.1.0',
    streams: [
      {
        stream: 'main',
        epoch: '3f1c9a52',
        stored: [
          { first: 1n, last: 70_000n },
          { first: 80_001n, last: 4_999_999_999n },
        ],
      },
    ],
    credit: { records: 10_000, bytes: 33_554_432 },
    heartbeatMs: 15_000,
    limits: { frameBytes: 1_048_576, batchRecords: 1_000 },
    collectEveryMs: 0,
    capabilities: [],
  },
  data: {
    type: 'data',
    stream: 'main',
    lane: 'live',
    first: 4_999_999_999n,
    count: 1,
    codec: 'plain',
    body: encodeRecords({ records: sampleRecords().slice(1, 2) }),
  },
  'data-zstd': { type: 'data', stream: 'main', lane: 'backlog', first: 1n, count: 30, codec: 'zstd', body: packedBody },
  gap: { type: 'gap', stream: 'main', lane: 'backlog', first: 70_001n, last: 80_000n, reason: 'wrapped' },
  ack: { type: 'ack', stream: 'main', lane: 'live', through: 2n ** 63n - 1n },
  'nack-retry': {
    type: 'nack',
    stream: 'main',
    lane: 'live',
    first: 1n,
    last: 10n,
    action: 'retry',
    retryAfterMs: 1_000,
    reason: 'the store is away',
  },
  'nack-drop': {
    type: 'nack',
    stream: 'main',
    lane: 'backlog',
    first: 7n,
    last: 7n,
    action: 'drop',
    retryAfterMs: 0,
    reason: 'unreadable',
  },
  credit: { type: 'credit', records: 0, bytes: 0 },
  next: { type: 'next', stream: 'main', next: 5_000_000_001n },
  goaway: { type: 'goaway', reason: 'overloaded', text: 'too many agents', retryAfterMs: 30_000, spreadMs: 60_000 },
  bye: { type: 'bye', reason: 'stopped by its operator' },
  ping: { type: 'ping', sentAt: 1_795_000_000_000 },
  pong: {
    type: 'pong',
    sentAt: 1_795_000_000_000,
    receivedAt: 1_795_000_000_012.5,
    repliedAt: 1_795_000_000_013,
  },
}

const bodies: Record<string, { readonly numbers: number; readonly body: Body }> = {
  'body-alarm': { numbers: 1, body: { records: [raised()] } },
  'body-empty': { numbers: 4, body: { records: [], offsets: [] } },
  'body-every-type': { numbers: sampleRecords().length, body: { records: sampleRecords() } },
  'body-passed-on': { numbers: 6, body: { records: passedOn(), offsets: [0, 1, 2, 4] } },
  'body-passed-on-later': { numbers: 2, body: { records: passedOn().slice(0, 2).map(later) } },
  'body-with-holes': { numbers: 10, body: { records: sampleRecords().slice(4, 7), offsets: [0, 3, 9] } },
}

const listed: Recorded[] = [
  ...Object.entries(messages).map(([name, message]) => ({ name, hex: hexOf(encodeMessage(message)), message })),
  ...Object.entries(bodies).map(([name, { numbers, body }]) => ({
    name,
    hex: hexOf(encodeRecords(body)),
    numbers,
    body,
  })),
]

if (process.env.HEADWATCH_RECORD_VECTORS === '1') {
  mkdirSync(folder, { recursive: true })
  for (const recorded of listed) {
    const file = new URL(`${recorded.name}.json`, folder)
    if (!existsSync(file)) writeFileSync(file, `${JSON.stringify(recorded, tag, 2)}\n`)
  }
}

describe('a recorded frame', () => {
  for (const file of readdirSync(folder).toSorted()) {
    const recorded = JSON.parse(readFileSync(new URL(file, folder), 'utf8'), untag) as Recorded
    const bytes = Uint8Array.from(Buffer.from(recorded.hex, 'hex'))
    if ('message' in recorded) {
      test(`is still written and read alike: ${recorded.name}`, () => {
        assert.equal(hexOf(encodeMessage(recorded.message)), recorded.hex)
        assert.deepEqual(decodeMessage(bytes), { ok: true, message: recorded.message })
      })
    } else {
      test(`is still written and read alike: ${recorded.name}`, () => {
        const { body, numbers } = recorded
        assert.equal(hexOf(encodeRecords(body)), recorded.hex)
        const skipped = { unknownType: 0, unreadable: 0 }
        assert.deepEqual(decodeRecords(bytes, numbers), { ok: true, ...body, skipped })
      })
    }
  }

  test('of a packed body unfolds to records', () => {
    const body = decodeRecords(zstdDecompressSync(packedBody), 30)
    assert.ok(body.ok)
    assert.equal(body.records.length, 30)
  })

  test('exists for every message and body that is listed', () => {
    const files = new Set(readdirSync(folder))
    assert.deepEqual(
      listed.filter(({ name }) => !files.has(`${name}.json`)).map(({ name }) => name),
      [],
    )
  })
})

function raised(): TelemetryRecord<AlarmTransition> {
  return {
    type: 'alarm',
    origin: { agent: 'eu-1', node: 'geth-a', network: '1-d4e56740' },
    at: 1_795_000_000_000,
    key: { resource: 'node/1-d4e56740/geth-a', alarmType: 'node_silent', qualifier: '' },
    change: 'raised',
    version: 1,
    severity: 'major',
    text: 'geth-a is silent: its Ethereum client does not answer',
    repair: 'Start the Ethereum client.',
  }
}

/** What a server passes on: an agent's record, one with numbers beside it that nothing stands for, a gap, and one of its own. */
function passedOn(): readonly TelemetryRecord[] {
  const source = { agent: 'eu-1', stream: 'main', epoch: '3f1c9a52' }
  const origin = { agent: 'eu-1', node: 'eu-1' }
  const [first, second] = sampleRecords().filter(({ type }) => type === 'metrics')
  const [alarm] = sampleRecords().filter(({ type }) => type === 'alarm')
  assert.ok(first && second && alarm)
  return [
    { ...first, identity: { source, sequence: 5_000_000_000n } },
    {
      ...second,
      identity: { source, sequence: 5_000_000_003n, closes: { first: 5_000_000_001n, last: 5_000_000_004n } },
    },
    {
      type: 'gap',
      origin,
      at: 0,
      reason: 'wrapped',
      identity: { source, sequence: 9n, closes: { first: 1n, last: 9n } },
    },
    alarm,
  ]
}

/** The same, with the news of which numbers were passed on earlier. */
function later(record: TelemetryRecord): TelemetryRecord {
  const { identity } = record
  assert.ok(identity)
  return { ...record, identity: { ...identity, passed: { first: 4_000_000_000n, last: 4_999_999_990n } } }
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

function tag(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return { bigint: value.toString() }
  return value instanceof Uint8Array ? { bytes: hexOf(value) } : value
}

function untag(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const { bigint, bytes } = value as { readonly bigint?: unknown; readonly bytes?: unknown }
  if (typeof bigint === 'string') return BigInt(bigint)
  return typeof bytes === 'string' ? Uint8Array.from(Buffer.from(bytes, 'hex')) : value
}
