import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { firstInOrder } from './first-in-order.ts'

test('the first ones are those that sorting everything gives, equal ones in the order they came', () => {
  const items = fc.array(fc.record({ rank: fc.nat(9), name: fc.string() }), { maxLength: 200 })
  fc.assert(
    fc.property(items, fc.nat(30), (all, count) => {
      const compare = (a: { rank: number }, b: { rank: number }) => a.rank - b.rank
      assert.deepEqual(firstInOrder(all, count, compare), all.toSorted(compare).slice(0, count))
    }),
  )
})
