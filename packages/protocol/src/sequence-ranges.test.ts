import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { closeRange, isClosed, openParts } from './sequence-ranges.ts'
import type { SequenceRange } from './source.ts'

const range = fc
  .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 12 }))
  .map(([first, length]): SequenceRange => ({ first: BigInt(first), last: BigInt(first + length) }))
const history = fc.array(range, { maxLength: 15 })
const closeAll = (ranges: readonly SequenceRange[]) => ranges.reduce<readonly SequenceRange[]>(closeRange, [])
const numbers = Array.from({ length: 75 }, (_, index) => BigInt(index))

test('a number is closed when one of the ranges had it, and otherwise not', () => {
  fc.assert(
    fc.property(history, (ranges) => {
      const closed = closeAll(ranges)
      for (const number of numbers) {
        const isIn = ranges.some(({ first, last }) => first <= number && number <= last)
        assert.equal(isClosed(closed, number), isIn, `${number}`)
      }
    }),
  )
})

test('ranges stay ascending, apart, and as few as can be, in whatever order they were closed', () => {
  fc.assert(
    fc.property(history, (ranges) => {
      const closed = closeAll(ranges)
      closed.forEach(({ first, last }, index) => {
        assert.ok(first <= last)
        const before = closed[index - 1]
        assert.ok(before === undefined || before.last + 1n < first, 'two ranges touch')
      })
      assert.deepEqual(closeAll(ranges.toReversed()), closed)
      assert.deepEqual(closeAll([...ranges, ...ranges]), closed)
    }),
  )
})

test('the open parts of a range are its numbers that are not closed, ascending and apart', () => {
  fc.assert(
    fc.property(history, range, (ranges, wanted) => {
      const closed = closeAll(ranges)
      const parts = openParts(closed, wanted)
      for (const number of numbers) {
        const isWanted = wanted.first <= number && number <= wanted.last
        assert.equal(isClosed(parts, number), isWanted && !isClosed(closed, number), `${number}`)
      }
      assert.deepEqual(closeAll(parts), parts)
    }),
  )
})

test('ranges at the last sequence number are joined without passing it', () => {
  const last = 2n ** 63n - 1n
  assert.deepEqual(closeRange([{ first: 0n, last: last - 1n }], { first: last, last }), [{ first: 0n, last }])
  assert.deepEqual(openParts([{ first: 0n, last: last - 1n }], { first: 0n, last }), [{ first: last, last }])
})

test('what is given is not changed', () => {
  const ranges = Object.freeze([Object.freeze({ first: 1n, last: 2n })])
  closeRange(ranges, { first: 3n, last: 4n })
  openParts(ranges, { first: 0n, last: 9n })
  assert.deepEqual(ranges, [{ first: 1n, last: 2n }])
})
