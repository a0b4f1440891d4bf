import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeReadings, encodeReadings } from './readings-blob.ts'

const value = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noDefaultInfinity: true, noNaN: true }),
  fc.integer({ min: -1e9, max: 1e9 }).map((thousandths) => thousandths / 1_000),
  fc.bigInt(),
  fc.bigInt({ min: -(10n ** 650n), max: 10n ** 650n }),
)

test('brings back every list of values, type for type', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 60 }), (values) => {
      assert.deepEqual(decodeReadings(Uint8Array.from(encodeReadings(values))), values)
    }),
  )
})

test('brings back the numbers at the edges of each length', () => {
  const values = [1, 7, 8, 15, 16, 31, 32, 46, 47, 48, 52].flatMap((bits) =>
    [-1, 0, 1].flatMap((step) => [2 ** bits + step, -(2 ** bits) + step, 2n ** BigInt(bits) + BigInt(step)]),
  )
  assert.deepEqual(decodeReadings(Uint8Array.from(encodeReadings(values))), values)
})

test('needs two bytes for a small whole number and four for a price of seven digits in thousandths', () => {
  assert.equal(encodeReadings([42]).length, 2)
  assert.equal(encodeReadings([1_234.567]).length, 4)
})

test('says so when bytes are missing', () => {
  const blob = Uint8Array.from(encodeReadings([1 / 3]))
  assert.throws(() => decodeReadings(blob.subarray(0, 5)), RangeError)
})
