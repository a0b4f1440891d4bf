import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Batch } from '@headwatch/protocol'
import { QueuedAlready } from './queued-already.ts'

const batch = (first: number, count: number, agent = 'eu-1'): Batch => ({
  source: { agent, stream: 'main', epoch: 'e' },
  lane: 'live',
  first: BigInt(first),
  count,
  records: [],
})

test('what was put is missing no more until its sender is answered', () => {
  const queued = new QueuedAlready()
  queued.put(batch(1, 10))
  assert.deepEqual(queued.missing(batch(1, 10)), [])
  assert.deepEqual(queued.missing(batch(5, 10)), [{ first: 11n, last: 14n }])
  assert.deepEqual(queued.missing(batch(1, 10, 'eu-2')), [{ first: 1n, last: 10n }])
  queued.answered(batch(4, 2))
  assert.deepEqual(queued.missing(batch(1, 10)), [{ first: 4n, last: 5n }])
})

test('senders that never come back are forgotten, those heard of first before the others', () => {
  const queued = new QueuedAlready()
  for (let agent = 0; agent <= 10_000; agent++) queued.put(batch(1, 1, `agent-${agent}`))
  assert.equal(queued.missing(batch(1, 1, 'agent-0')).length, 1)
  assert.equal(queued.missing(batch(1, 1, 'agent-1')).length, 0)
})
