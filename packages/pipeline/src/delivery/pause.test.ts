import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from '@headwatch/sdk/testkit'
import { Pause } from './pause.ts'

const never = new AbortController().signal

const endless = { firstMs: 1e12, maxMs: 1e12 }

test('a success ends the pause for everyone who waits, however long it was to be', async () => {
  const clock = fakeClock()
  const pause = new Pause(endless, clock)
  pause.failed()
  const waiting = Promise.all([pause.over(never), pause.over(never)])
  await clock.advance(1_000)
  assert.equal(clock.sleepers, 2)
  assert.equal(pause.succeeded(), 1)
  await waiting
  assert.deepEqual([clock.monotonicMs(), clock.sleepers, pause.failures], [1_000, 0, 0])
})

test('a success shortens nothing that the other side asked for', async () => {
  const clock = fakeClock()
  const pause = new Pause(endless, clock)
  pause.failed(60_000)
  const waiting = pause.over(never)
  await clock.advance(1_000)
  pause.succeeded()
  await clock.advance(58_999)
  assert.equal(clock.sleepers, 1)
  await clock.advance(1)
  await waiting
})

test('calls that fail together count once', () => {
  const pause = new Pause({ firstMs: 1_000, maxMs: 1_000 }, fakeClock())
  pause.failed(10)
  pause.failed(10)
  assert.equal(pause.failures, 1)
})
