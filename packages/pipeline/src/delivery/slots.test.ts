import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Lane } from '@headwatch/protocol'
import { turns } from '@headwatch/sdk/testkit'
import { Slots } from './slots.ts'

/** Places of which the test asks for many at once; `granted` is who got one, in order. */
function slotsOf(limit: number, backlog = { waits: false }) {
  const slots = new Slots(
    () => limit,
    () => backlog.waits,
  )
  const granted: Lane[] = []
  const ask = (lane: Lane, count: number) => {
    for (let index = 0; index < count; index++)
      void slots.acquire(lane, () => undefined).then((isGranted) => isGranted && granted.push(lane))
  }
  return { slots, granted, ask }
}

describe('places', () => {
  test('are all for live data while there is no backlog', async () => {
    const { granted, ask } = slotsOf(4)
    ask('live', 9)
    await turns()
    assert.deepEqual(granted, ['live', 'live', 'live', 'live'])
  })

  test('are never all taken by live data while a backlog waits, also one that is still being read', async () => {
    const backlog = { waits: true }
    const { slots, granted, ask } = slotsOf(4, backlog)
    ask('live', 9)
    await turns()
    assert.deepEqual(granted, ['live', 'live', 'live'])
    ask('backlog', 2)
    await turns()
    assert.deepEqual(granted.slice(3), ['backlog'])
    slots.free('backlog')
    await turns()
    assert.deepEqual(granted.slice(3), ['backlog', 'backlog'])
    backlog.waits = false
    slots.free('backlog')
    await turns()
    assert.deepEqual(granted.slice(3), ['backlog', 'backlog', 'live'])
    assert.equal(slots.used, 4)
  })

  test('go to both in turn where there is only one', async () => {
    const { slots, granted, ask } = slotsOf(1, { waits: true })
    ask('live', 5)
    ask('backlog', 2)
    await turns()
    for (let freed = 0; freed < 4; freed++) {
      slots.free(granted.at(-1) ?? 'live')
      await turns()
    }
    assert.deepEqual(granted, ['live', 'live', 'live', 'backlog', 'live'])
  })
})
