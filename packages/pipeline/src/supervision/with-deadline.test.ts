import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fakeClock } from '@headwatch/sdk/testkit'
import { withDeadline } from './with-deadline.ts'

const never = new AbortController().signal
const untilTold = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

describe('a call with a deadline', () => {
  test('gives back what it came to, and leaves no timer behind', async () => {
    const clock = fakeClock()
    assert.equal(await withDeadline(async () => 7, 1_000, clock, never), 7)
    assert.equal(clock.sleepers, 0)
  })

  test('throws what it threw, also when it throws before it returns', async () => {
    const work = () => {
      throw new TypeError('a bug')
    }
    await assert.rejects(withDeadline(work, 1_000, fakeClock(), never), TypeError)
  })

  test('that ends when told to is to be repeated', async () => {
    const clock = fakeClock()
    const call = withDeadline(untilTold, 1_000, clock, never)
    const ended = assert.rejects(call, { name: 'TimedOutError', retryable: true })
    await clock.advance(1_000)
    await ended
    assert.equal(clock.sleepers, 0)
  })

  test('that is deaf is a fault', async () => {
    const clock = fakeClock()
    const call = withDeadline(() => new Promise(() => undefined), 1_000, clock, never)
    const ended = assert.rejects(call, { name: 'HangsError' })
    await clock.advance(5_000)
    await ended
  })

  test('ends at once when everything is to end', async () => {
    const stop = new AbortController()
    const call = withDeadline(() => new Promise(() => undefined), 1_000, fakeClock(), stop.signal)
    stop.abort(new Error('the end'))
    await assert.rejects(call, { message: 'the end' })
  })
})
