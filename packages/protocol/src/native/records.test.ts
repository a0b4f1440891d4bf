import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TelemetryRecord } from '../telemetry.ts'
import { sampleRecords } from '../testkit/sample-records.ts'
import { packWire, unpackWire, type Wire } from './msgpack.ts'
import { decodeRecords, encodeRecords } from './records.ts'

const bounds = { bytes: 1_000_000, depth: 5 }

/** A good body of the samples in which row `index` has been replaced. */
function bodyWith(index: number, row: Wire): Uint8Array {
  const [texts, origins, offsets, rows] = unpackWire(encodeRecords({ records: sampleRecords() }), bounds) as Wire[]
  return packWire([texts ?? null, origins ?? null, offsets ?? null, (rows as Wire[]).with(index, row)])
}

test('a row of a type from a newer agent costs itself only', () => {
  const records = sampleRecords()
  const decoded = decodeRecords(bodyWith(1, [99, 0, 5, null, 'what is this']), records.length)
  assert.deepEqual(decoded, {
    ok: true,
    records: records.toSpliced(1, 1),
    offsets: [0, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    skipped: { unknownType: 1, unreadable: 0 },
  })
})

const broken: Record<string, Wire> = {
  'that is text': 'row',
  'without fields': [2],
  'of an origin nobody named': [5, 77, 5, null, 1, 1, 1],
  'with a reading that is no number': [4, 0, 5, null, [0, Number.NaN]],
  'with a reading that is text but no number': [4, 0, 5, null, [0, '0x7']],
  'with a name without a reading': [4, 0, 5, null, [0]],
  'with a hash of 31 bytes': [3, 0, 5, null, 7, new Uint8Array(31), 1],
  'with a block number below zero': [3, 0, 5, null, -7, new Uint8Array(32), 1],
  'with a clock error below zero': [3, 0, 5, [1, -1], 7, new Uint8Array(32), 1],
  'with a time that is no number': [3, 0, Number.POSITIVE_INFINITY, null, 7, new Uint8Array(32), 1],
  'with a severity of 8': [5, 0, 5, null, 8, null, 0, ''],
}
for (const [what, row] of Object.entries(broken)) {
  test(`a row ${what} costs itself only`, () => {
    const decoded = decodeRecords(bodyWith(3, row), sampleRecords().length)
    assert.ok(decoded.ok)
    assert.deepEqual(decoded.skipped, { unknownType: 0, unreadable: 1 })
    assert.deepEqual(decoded.records, sampleRecords().toSpliced(3, 1))
  })
}

test('a record that its own agent broke costs itself only', () => {
  const [good] = sampleRecords()
  const bad = { ...good, type: 'metrics', readings: { x: Number.NaN } } as unknown as TelemetryRecord
  const unknown = { ...good, type: 'poem' } as unknown as TelemetryRecord
  const decoded = decodeRecords(encodeRecords({ records: [bad, good, unknown] as TelemetryRecord[] }), 3)
  assert.deepEqual(decoded, { ok: true, records: [good], offsets: [1], skipped: { unknownType: 1, unreadable: 1 } })
})

test('a row from a newer relay closes the numbers of its identity, and one without costs itself only', () => {
  const source = { agent: 'eu-1', stream: 'main', epoch: 'e' }
  const records = sampleRecords()
    .slice(0, 3)
    .map((record, index) => (index === 2 ? record : { ...record, identity: { source, sequence: BigInt(index + 7) } }))
  const [texts, origins, offsets, , sources, identities] = unpackWire(encodeRecords({ records }), bounds) as Wire[]
  const rows = [[99, 0, 5, null, 'new'], 'no row', [99, 0, 5, null]]
  const body = packWire([texts, origins, offsets, rows, sources, identities] as Wire[])
  const decoded = decodeRecords(body, 3)
  const gap = (sequence: bigint) => ({
    type: 'gap',
    origin: { agent: 'eu-1', node: 'eu-1' },
    at: 0,
    identity: { source, sequence },
  })
  const skipped = { unknownType: 2, unreadable: 1 }
  assert.deepEqual(decoded, { ok: true, records: [gap(7n), gap(8n)], offsets: [0, 1], skipped })
})

for (const [what, identity] of Object.entries({
  'of a source nobody named': [7, 1],
  'that is text': 'me',
  'that reaches below zero': [0, 1, 2],
  'that reaches beyond the last number': [0, 2n ** 63n - 1n, null, 1],
})) {
  test(`a row under an identity ${what} costs itself only`, () => {
    const source = { agent: 'eu-1', stream: 'main', epoch: 'e' }
    const records = sampleRecords().map((record) => ({ ...record, identity: { source, sequence: 1n } }))
    const parts = unpackWire(encodeRecords({ records }), bounds) as Wire[]
    const identities = (parts[5] as Wire[]).with(3, identity as Wire)
    const decoded = decodeRecords(packWire(parts.with(5, identities)), records.length)
    assert.ok(decoded.ok)
    assert.deepEqual(decoded.skipped, { unknownType: 0, unreadable: 1 })
    assert.deepEqual(decoded.records, records.toSpliced(3, 1))
  })
}

test('what repeats is written once', () => {
  const metrics = (at: number): TelemetryRecord => ({
    type: 'metrics',
    origin: { agent: 'eu-1', node: 'geth-a', network: '1-d4e56740' },
    at,
    readings: { memory_used_bytes: at, peers_count: 25 },
    labels: { mount: '/var/lib/ethereum' },
  })
  const one = encodeRecords({ records: [metrics(1)] }).length
  const hundred = encodeRecords({ records: Array.from({ length: 100 }, (_, index) => metrics(index)) }).length
  assert.ok(hundred < one + 99 * 20, `${hundred} bytes for a hundred, ${one} for one`)
})

test('half a surrogate pair, which has no UTF-8, arrives as the replacement character', () => {
  const origin = { agent: 'eu-1', node: 'a\udc00' }
  const entry: TelemetryRecord = { type: 'log', origin, at: 1, severity: 6, application: 'x', message: '\ud83d!' }
  const decoded = decodeRecords(encodeRecords({ records: [entry] }), 1)
  const whole = { ...entry, origin: { ...origin, node: 'a\ufffd' }, message: '\ufffd!' }
  assert.deepEqual(decoded.ok && decoded.records, [whole])
})

test('a line of a log may be as long as a frame', () => {
  const origin = { agent: 'eu-1', node: 'a' }
  const message = 'é'.repeat(400_000)
  const entry: TelemetryRecord = { type: 'log', origin, at: 1, severity: 6, application: 'x', message }
  const decoded = decodeRecords(encodeRecords({ records: [entry] }), 1)
  assert.deepEqual(decoded.ok && decoded.records, [entry])
})
