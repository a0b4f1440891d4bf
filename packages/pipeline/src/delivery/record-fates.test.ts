import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Batch } from '@headwatch/protocol'
import fc from 'fast-check'
import { recordFates } from './record-fates.ts'

test('every record has one fate, whatever an exporter says', () => {
  const index = fc.integer({ min: -2, max: 12 })
  const named = fc.array(fc.record({ index, reason: fc.constantFrom('a', 'b') }), { maxLength: 12 })
  const outcomes = fc.record({ kept: fc.array(index, { maxLength: 12 }), rejected: named, skipped: named })
  fc.assert(
    fc.property(fc.nat(10), outcomes, (count, outcome) => {
      const batch = { records: Array.from({ length: count }) } as unknown as Batch
      const { kept, rejected, skipped, sentCount } = recordFates(batch, outcome)
      const all = [...kept, ...[...rejected.values()].flat(), ...[...skipped.values()].flat()]
      assert.equal(new Set(all).size, all.length, 'named twice')
      assert.ok(all.every((one) => one >= 0 && one < count))
      assert.equal(all.length + sentCount, count)
      assert.deepEqual(
        kept,
        [...new Set(outcome.kept)].filter((one) => one >= 0 && one < count).sort((a, b) => a - b),
      )
    }),
  )
})
