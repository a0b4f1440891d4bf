import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { backOffMs } from './back-off.ts'
import { ServerClock } from './server-clock.ts'

test('the pause before a new try grows, is spread, and never passes 15 s', () => {
  assert.deepEqual([backOffMs(0, 0), backOffMs(0, 1), backOffMs(1, 1)], [250, 500, 1000])
  fc.assert(
    fc.property(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
      const waitMs = backOffMs(attempt, random)
      assert.ok(waitMs >= 250 && waitMs <= 15_000)
    }),
  )
})

test('the clock of the server is read from the frame that was late the least', () => {
  const clock = new ServerClock()
  assert.equal(clock.at(500), 500)
  clock.learn(10_000, 1_300)
  clock.learn(11_000, 2_020)
  clock.learn(12_000, 3_900)
  assert.equal(clock.at(5_000), 13_980)
})

test('a clock of the server that is set back is followed', () => {
  const clock = new ServerClock()
  clock.learn(10_000, 0)
  for (let frame = 0; frame < 32; frame += 1) clock.learn(2_000 + frame, frame)
  assert.equal(clock.at(0), 2_000)
})
