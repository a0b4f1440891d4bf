import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Batch,
  closeRange,
  isClosed,
  rangeOf,
  type SequenceRange,
  type TelemetryRecord,
} from '@headwatch/protocol'
import fc from 'fast-check'
import { gapPassedOn, partOf, passedOn } from './passed-on.ts'
import { PassedRanges } from './passed-ranges.ts'

const source = { agent: 'eu-1', stream: 'main', epoch: 'e' }

const batches: fc.Arbitrary<Batch> = fc
  .tuple(fc.bigInt(1n, 2n ** 62n), fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }))
  .map(([first, kept]) => {
    const offsets = kept.flatMap((isKept, offset) => (isKept ? [offset] : []))
    const records = offsets.map((offset) => reading(offset))
    return { source, lane: 'live', first, count: kept.length, records, offsets }
  })

const reading = (value: number): TelemetryRecord => ({
  type: 'metrics',
  origin: { agent: 'eu-1', node: 'geth-a' },
  at: 5,
  readings: { value },
})

/** What each record closes, which is never what another does. */
function closedBy(records: readonly TelemetryRecord[]): readonly SequenceRange[] {
  let closed: readonly SequenceRange[] = []
  for (const { identity } of records) {
    assert.deepEqual(identity?.source, source)
    const { sequence, closes = { first: sequence, last: sequence } } = identity
    assert.ok(closes.first <= sequence && sequence <= closes.last)
    assert.ok(!isClosed(closed, closes.first) && !isClosed(closed, closes.last), 'closed twice')
    closed = closeRange(closed, closes)
  }
  return closed
}

test('what is passed on keeps its numbers, and closes those that nothing stands for', () => {
  fc.assert(
    fc.property(batches, (batch) => {
      const records = passedOn(batch)
      assert.deepEqual(closedBy(records), [rangeOf(batch)])
      for (const record of records)
        if (record.type === 'metrics')
          assert.equal(record.identity?.sequence, batch.first + BigInt(Number(record.readings.value)))
      assert.equal(records.filter(({ type }) => type === 'metrics').length, batch.records.length)
    }),
  )
})

test('a part of a batch keeps the numbers of its records', () => {
  fc.assert(
    fc.property(batches, fc.nat(), fc.nat(), (batch, from, length) => {
      const start = from % batch.count
      const first = batch.first + BigInt(start)
      const last = first + BigInt(length % (batch.count - start))
      const part = partOf(batch, { first, last })
      assert.deepEqual(rangeOf(part), { first, last })
      const numbers = (of: Batch) =>
        passedOn(of).flatMap(({ type, identity }) => (type === 'gap' ? [] : identity?.sequence))
      assert.deepEqual(
        numbers(part),
        numbers(batch).filter((number) => number !== undefined && first <= number && number <= last),
      )
    }),
  )
})

test('a batch says which lower numbers were passed on before it, once they were', () => {
  const passed = new PassedRanges()
  const of = (first: number, count: number): Batch => ({
    source,
    lane: 'live',
    first: BigInt(first),
    count,
    records: Array.from({ length: count }, (_, index) => reading(index)),
  })
  assert.equal(passed.before(of(1, 10)), undefined)
  passed.add(of(1, 10))
  passed.add(of(41, 10))
  assert.deepEqual(passed.before(of(21, 5)), { first: 1n, last: 10n })
  assert.deepEqual(passed.before(of(5, 5)), { first: 1n, last: 4n }, 'repeated')
  const [first, second] = passedOn(of(61, 2), passed.before(of(61, 2)))
  assert.deepEqual([first?.identity?.passed, second?.identity?.passed], [{ first: 41n, last: 50n }, undefined])
})

test('a gap is passed on with its numbers and its reason', () => {
  const mark = gapPassedOn({ source, first: 3n, last: 9n, reason: 'wrapped' })
  assert.partialDeepStrictEqual(mark, {
    type: 'gap',
    reason: 'wrapped',
    identity: { source, sequence: 9n, closes: { first: 3n, last: 9n } },
  })
})
