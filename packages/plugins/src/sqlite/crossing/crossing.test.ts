import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Batch, type Gap, rangeOf, type TelemetryRecord } from '@headwatch/protocol'
import { telemetryArbitraries } from '@headwatch/protocol/testkit'
import * as fc from 'fast-check'
import type { Append } from '../messages.ts'
import { CommitPacker } from './commit-packer.ts'
import { CommitUnpacker } from './commit-unpacker.ts'
import type { Row, RowAppend } from './packed-commit.ts'

const source = fc.record(
  {
    agent: fc.constantFrom('a', 'b', '__proto__'),
    stream: fc.constantFrom('main', ''),
    epoch: fc.string({ maxLength: 3 }),
  },
  { noNullPrototype: true },
)
const batch: fc.Arbitrary<Batch> = fc
  .record({
    source,
    first: fc.bigInt(0n, 2n ** 62n),
    records: fc.array(telemetryArbitraries(fc).any, { maxLength: 6 }),
  })
  .chain(({ source, first, records }) =>
    fc.nat(3).map((holes): Batch => {
      const base = { source, lane: 'live' as const, first, count: Math.max(1, records.length + holes), records }
      return holes === 0 && records.length > 0 ? base : { ...base, offsets: records.map((_, index) => index) }
    }),
  )
const gap: fc.Arbitrary<Gap> = batch.map((of) => ({ source: of.source, ...rangeOf(of), reason: 'wrapped' }))
const append: fc.Arbitrary<Append> = fc.record({
  batches: fc.array(batch, { maxLength: 4 }),
  gaps: fc.array(gap, { maxLength: 2 }),
})

/** As another thread has it. */
function cross(packer: CommitPacker, unpacker: CommitUnpacker, appends: readonly Append[]): readonly RowAppend[] {
  return unpacker.unpack(structuredClone(packer.pack(appends)))
}

function recordOf(row: Row): unknown {
  if (row.type !== 'metrics') return row
  const { shape, values, ...head } = row
  const readings = Object.fromEntries(shape.names.map((name, index) => [name, values[index]]))
  return { ...head, readings, labels: { ...shape.labels } }
}

/** What of a record must come over. Whose number it was first, the store does not ask; a hash stands for its header. */
function essentials(record: TelemetryRecord, headers: Map<string, unknown>): unknown {
  if (record.type === 'metrics') {
    const { identity: _, ...rest } = record
    return { ...rest, labels: { ...rest.labels } }
  }
  if (record.type !== 'block') return record
  const { identity: _, ...rest } = record
  if (!headers.has(rest.block.hash)) headers.set(rest.block.hash, rest.block)
  return { ...rest, block: headers.get(rest.block.hash) }
}

describe('what crosses to the writing thread', () => {
  test('arrives as it was, commit after commit, also when both sides had to begin anew', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.array(append, { maxLength: 3 }), fc.boolean()), { maxLength: 5 }), (commits) => {
        const packer = new CommitPacker()
        const unpacker = new CommitUnpacker()
        for (const [appends, forgets] of commits) {
          if (forgets) packer.forget()
          const headers = new Map<string, unknown>()
          const arrived = cross(packer, unpacker, appends)
          assert.deepEqual(
            arrived.map(({ batches, gaps }) => ({
              batches: batches.map((of) => ({ ...of, records: of.records.map(recordOf) })),
              gaps,
            })),
            appends.map(({ batches, gaps }) => ({
              batches: batches.map(({ lane: _, ...of }) => ({
                ...of,
                records: of.records.map((record) => essentials(record, headers)),
              })),
              gaps,
            })),
          )
        }
      }),
    )
  })

  test('is the same source, origin and shape each time', () => {
    const packer = new CommitPacker()
    const unpacker = new CommitUnpacker()
    const record: TelemetryRecord = { type: 'metrics', origin: { agent: 'a', node: 'n' }, at: 1, readings: { x: 1 } }
    const one = (first: bigint): Append => ({
      batches: [
        { source: { agent: 'a', stream: 'main', epoch: 'e' }, lane: 'live', first, count: 1, records: [record] },
      ],
      gaps: [],
    })
    const [before] = cross(packer, unpacker, [one(1n)])
    const [after] = cross(packer, unpacker, [one(2n)])
    const [then, now] = [before?.batches[0], after?.batches[0]]
    assert.equal(now?.source, then?.source)
    const [thenRow, nowRow] = [then?.records[0], now?.records[0]]
    assert.equal(nowRow?.origin, thenRow?.origin)
    assert.ok(nowRow?.type === 'metrics' && thenRow?.type === 'metrics' && nowRow.shape === thenRow.shape)
  })
})
