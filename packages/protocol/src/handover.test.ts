import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Batch } from './batch.ts'
import { recordsIn } from './handover.ts'
import { checkHandoverSink } from './testkit/check-handover-sink.ts'
import { sampleRecords } from './testkit/sample-records.ts'

test('a handover has the records of all its batches', () => {
  const source = { agent: 'eu-1', stream: 'main', epoch: 'e1' }
  const batch = (records: number): Batch => {
    return { source, lane: 'live', first: 1n, count: 9, records: sampleRecords().slice(0, records), offsets: [] }
  }
  const rest = { gateway: 'g', number: 1, gaps: [], dropped: {}, merged: 0 }
  assert.equal(recordsIn({ ...rest, batches: [batch(2), batch(0), batch(3)] }), 5)
  assert.equal(recordsIn({ ...rest, batches: [] }), 0)
})

// The plainest sink there can be: what the checker asks can be done.
checkHandoverSink('a list', async () => {
  const owned: Batch[] = []
  let behave = (_batch: Batch): 'own' | 'reject' | 'later' => 'own'
  return {
    owned: () => owned,
    behave: (how) => {
      behave = how
    },
    sink: {
      async take({ number, batches }) {
        const places = (how: string) => batches.flatMap((batch, index) => (behave(batch) === how ? [index] : []))
        owned.push(...batches.filter((batch) => behave(batch) === 'own'))
        const rejected = places('reject').map((index) => ({ index, reason: 'no' }))
        return {
          number,
          creditRecords: 1_000,
          rejected,
          later: { batches: places('later'), gaps: [] },
          returned: { batches: [], gaps: [] },
        }
      },
    },
  }
})
