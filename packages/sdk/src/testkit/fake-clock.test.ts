import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from './fake-clock.ts'

test('the fake clock stands still until it is told to move', async () => {
  const clock = fakeClock(1_000)
  const woken: string[] = []
  void clock.sleep(20).then(() => woken.push(`late at ${clock.now()}`))
  void clock.sleep(10).then(async () => {
    woken.push(`early at ${clock.now()}`)
    await clock.sleep(5)
    woken.push(`again at ${clock.now()}`)
  })
  assert.equal(clock.sleepers, 2)
  await clock.advance(9)
  assert.deepEqual(woken, [])
  await clock.advance(100)
  assert.deepEqual(woken, ['early at 1010', 'again at 1015', 'late at 1020'])
  assert.equal(clock.now(), 1_109)
  assert.equal(clock.sleepers, 0)
})

test('a sleep ends with the reason of its signal', async () => {
  const clock = fakeClock()
  const stop = new AbortController()
  const slept = clock.sleep(10, stop.signal)
  stop.abort(new Error('enough'))
  await assert.rejects(slept, { message: 'enough' })
  await assert.rejects(clock.sleep(10, stop.signal), { message: 'enough' })
  assert.equal(clock.sleepers, 0)
})

test('a jump of the wall clock wakes nobody and leaves the other clock alone', async () => {
  const clock = fakeClock(0)
  let isAwake = false
  void clock.sleep(10).then(() => {
    isAwake = true
  })
  clock.jump(-86_400_000)
  await clock.advance(9)
  assert.deepEqual([clock.now(), clock.monotonicMs(), isAwake], [-86_399_991, 9, false])
  await clock.advance(1)
  assert.equal(isAwake, true)
})
