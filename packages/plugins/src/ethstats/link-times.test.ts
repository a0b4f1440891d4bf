import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { LinkTimes } from './link-times.ts'

const ways = fc.nat({ max: 4_000 })

describe('the times of a connection', () => {
  test('hold the true offset of the clock within their error, however the two ways differ and long a question waited', () => {
    fc.assert(
      fc.property(ways, ways, fc.nat({ max: 1_000 }), fc.integer({ min: -1e9, max: 1e9 }), (...drawn) => {
        const [thereMs, backMs, waitedMs, offsetMs] = drawn
        const times = new LinkTimes()
        const now = 1_766_000_000_000
        times.isAsked(now - thereMs - waitedMs - offsetMs, now)
        times.answers(0)
        times.isTold((waitedMs + thereMs + backMs) / 2, backMs + thereMs)
        const { clock } = times
        assert.ok(clock !== undefined && Math.abs(clock.offsetMs - offsetMs) <= clock.errorMs)
        assert.equal(times.wayMs, (thereMs + backMs) / 2)
      }),
    )
  })

  test('say nothing of a clock before both halves of an exchange are known', () => {
    const times = new LinkTimes()
    times.isAsked(1_766_000_000_000, 1_766_000_000_007)
    assert.deepEqual([times.wayMs, times.clock], [undefined, undefined])
    times.isTold(3, 100)
    assert.deepEqual([times.wayMs, times.clock], [3, { offsetMs: 4, errorMs: 3 }])
  })

  test('take the way from a pong to our own last ping, once, and else from what the client says', () => {
    const times = new LinkTimes()
    times.isTold(50, 5)
    times.pings(1_000, 10)
    assert.equal(times.isPonged('999', 12), false)
    assert.equal(times.wayMs, 50)
    assert.equal(times.isPonged('1000', 14), true)
    assert.equal(times.wayMs, 2)
    assert.equal(times.isPonged('1000', 16), false)
    times.pings(2_000, 20)
    assert.equal(times.isPonged('2000', 20_021), false)
    assert.equal(times.wayMs, 2)
  })

  test('believe the quickest of the last four exchanges, and forget the ones before', () => {
    const times = new LinkTimes()
    const ways = [8, 900, 6, 700, 20, 30, 40].map((roundTripMs, index) => {
      times.answers(index * 1_000)
      times.isTold(5_000, index * 1_000 + roundTripMs)
      return times.wayMs
    })
    assert.deepEqual(ways, [4, 4, 3, 3, 3, 3, 10])
  })
})
