import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Batch, rangeOf, sequenceAt, type TelemetryRecord } from '@headwatch/protocol'
import fc from 'fast-check'
import { halves, only } from './batch-parts.ts'

const recordOf = (value: number): TelemetryRecord => ({
  type: 'metrics',
  origin: { agent: 'a', node: 'n' },
  at: 1,
  readings: { value },
})

/** A batch of 2 to 30 numbers, some without a record. */
const batches = fc
  .uniqueArray(fc.nat({ max: 29 }), { minLength: 2, maxLength: 30 })
  .chain((offsets) =>
    fc.tuple(fc.constant(offsets.sort((a, b) => a - b)), fc.nat({ max: 5 }), fc.bigInt({ min: 1n, max: 2n ** 60n })),
  )
  .map(([offsets, beyond, first]): Batch => {
    const count = (offsets.at(-1) ?? 0) + 1 + beyond
    const records = offsets.map(recordOf)
    const source = { agent: 'a', stream: 'main', epoch: 'e' }
    return { source, lane: 'live', first, count, records, ...(records.length < count && { offsets }) }
  })

const numbered = (batch: Batch) => batch.records.map((record, index) => [sequenceAt(batch, index), record] as const)

test('halves close the same numbers and keep every record under its own', () => {
  fc.assert(
    fc.property(batches, (batch) => {
      const [low, high] = halves(batch)
      assert.equal(rangeOf(low).first, rangeOf(batch).first)
      assert.equal(rangeOf(high).first, rangeOf(low).last + 1n)
      assert.equal(rangeOf(high).last, rangeOf(batch).last)
      assert.ok(low.records.length > 0 && high.records.length > 0)
      assert.deepEqual([...numbered(low), ...numbered(high)], numbered(batch))
      for (const half of [low, high]) assert.equal(half.offsets === undefined, half.records.length === half.count)
    }),
  )
})

test('a part of the records keeps their numbers and closes all', () => {
  fc.assert(
    fc.property(batches, fc.infiniteStream(fc.boolean()), (batch, chosen) => {
      const indices = [...batch.records.keys()].filter(() => chosen.next().value)
      const part = only(batch, indices)
      assert.deepEqual(rangeOf(part), rangeOf(batch))
      assert.deepEqual(
        numbered(part),
        indices.map((index) => numbered(batch)[index]),
      )
    }),
  )
})
