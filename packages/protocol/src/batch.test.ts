import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { type Batch, rangeOf, sequenceAt } from './batch.ts'
import { type Source, sourceText } from './source.ts'
import { sampleRecords } from './testkit/sample-records.ts'

const source = { agent: 'eu-1', stream: 'main', epoch: 'e1' }
const batch: Batch = { source, lane: 'live', first: 2n ** 53n, count: 3, records: sampleRecords().slice(0, 3) }

test('a batch closes as many numbers as it counts, exact beyond 2^53', () => {
  assert.deepEqual(rangeOf(batch), { first: 2n ** 53n, last: 2n ** 53n + 2n })
  assert.deepEqual(
    [0, 1, 2].map((index) => sequenceAt(batch, index)),
    [2n ** 53n, 2n ** 53n + 1n, 2n ** 53n + 2n],
  )
})

test('a record of a batch with holes has the number of its offset', () => {
  const holed = { ...batch, count: 9, offsets: [0, 4, 8] }
  assert.deepEqual(
    [0, 1, 2].map((index) => sequenceAt(holed, index) - holed.first),
    [0n, 4n, 8n],
  )
  assert.equal(rangeOf(holed).last, batch.first + 8n)
})

test('different sources never have the same text', () => {
  const part = fc.oneof(fc.string({ maxLength: 4 }), fc.constantFrom('a|b', '%7C', '\ud800', ''))
  const sources = fc.record<Source>({ agent: part, stream: part, epoch: part })
  fc.assert(
    fc.property(sources, sources, (a, b) => {
      const isSame = a.agent === b.agent && a.stream === b.stream && a.epoch === b.epoch
      assert.equal(sourceText(a) === sourceText(b), isSame)
    }),
  )
})
