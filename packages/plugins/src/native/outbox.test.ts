import assert from 'node:assert/strict'
import { test } from 'node:test'
import { turns } from '@headwatch/sdk/testkit'
import { Outbox, type OutgoingFrame } from './outbox.ts'

const never = new AbortController().signal

function frame(number: bigint): OutgoingFrame {
  const range = { first: number, last: number }
  return { stream: 'main', lane: 'live', range, declares: number, records: 1, bytes: new Uint8Array(10) }
}

test('an outbox sends nothing while its way is blocked, and goes on in order when it is free', async () => {
  const sent: bigint[] = []
  let isBlocked = false
  const outbox = new Outbox(
    { records: 100, bytes: 1_000 },
    {
      send: ({ range }) => {
        sent.push(range.first)
        isBlocked = true
      },
      isBlocked: () => isBlocked,
    },
  )
  const answered = [1n, 2n, 3n].map((number) => outbox.add(frame(number), never))
  await turns()
  assert.deepEqual(sent, [1n])
  for (const expected of [
    [1n, 2n],
    [1n, 2n, 3n],
  ]) {
    isBlocked = false
    outbox.drained()
    assert.deepEqual(sent, expected)
  }
  outbox.ack('main', 'live', 3n)
  assert.deepEqual(await Promise.all(answered), [{ nacks: [] }, { nacks: [] }, { nacks: [] }])
})
