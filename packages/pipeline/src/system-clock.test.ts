import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from './system-clock.ts'

test('the clock of the machine waits also for what is longer than its timers can', async () => {
  const stop = new AbortController()
  const long = systemClock.sleep(2 ** 40, stop.signal)
  assert.equal(await Promise.race([long, systemClock.sleep(30).then(() => 'still waits')]), 'still waits')
  stop.abort()
  await assert.rejects(long, { name: 'AbortError' })
})
