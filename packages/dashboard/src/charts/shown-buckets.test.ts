import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { shownBuckets } from './shown-buckets.ts'

const histogram = (...counts: readonly number[]) =>
  Array.from({ length: 100 }, (_, slot) => ({ fromMs: slot * 50, count: counts[slot] ?? 0 }))

test('an axis ends where hardly anything lies beyond', () => {
  assert.deepEqual(shownBuckets(histogram(50, 50)).at(-1), { fromMs: 500, count: 0 })
  const late = histogram(980, 0, ...new Array(16).fill(1), 4)
  assert.deepEqual(shownBuckets(late).at(-1), { fromMs: 1_000, count: 0 })
  assert.equal(shownBuckets(histogram(...new Array(100).fill(1))).length, 100)
})

test('no count is lost to the end of an axis', () => {
  const sum = (list: readonly { readonly count: number }[]) => list.reduce((all, { count }) => all + count, 0)
  fc.assert(
    fc.property(fc.array(fc.nat(1000), { maxLength: 100 }), (counts) => {
      const all = histogram(...counts)
      assert.equal(sum(shownBuckets(all)), sum(all))
    }),
  )
})
