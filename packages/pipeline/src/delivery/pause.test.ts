import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from '@headwatch/sdk/testkit'
import { Pause } from './pause.ts'

const never = new AbortController().signal

test('a success ends the pause for everyone who waits, however long it was to be', async () => {
  const clock = fakeClock()
  const pause = new Pause({ firstMs: 1, maxMs: 1 }, clock)
  pause.failed(60_000)
  const waiting = Promise.all([pause.over(never), pause.over(never)])
  await clock.advance(1_000)
  assert.equal(clock.sleepers, 2)
  assert.equal(pause.succeeded(), 1)
  await waiting
  assert.deepEqual([clock.monotonicMs(), clock.sleepers, pause.failures], [1_000, 0, 0])
})

test('calls that fail together count once', () => {
  const pause = new Pause({ firstMs: 1_000, maxMs: 1_000 }, fakeClock())
  pause.failed(10)
  pause.failed(10)
  assert.equal(pause.failures, 1)
})
