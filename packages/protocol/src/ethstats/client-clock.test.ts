import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readClientClock } from './client-clock.ts'

describe('the time in a ping of a client', () => {
  const at = Date.UTC(2026, 0, 2, 15, 4, 5, 123)
  const spellings = {
    'a number': at,
    'a decimal text': String(at),
    'the time of Go': '2026-01-02 15:04:05.123 +0000 UTC m=+12.3',
    'the time of Go elsewhere': '2026-01-02 17:04:05.123 +0200 CEST m=+0.000012',
    'the time of Go at half an hour': '2026-01-02 11:34:05.123 -0330 NST',
    'the time of reth': '2026-01-02 15:04:05.123 +00:00 UTC',
  }
  for (const [what, text] of Object.entries(spellings)) {
    test(`is read from ${what}`, () => assert.equal(readClientClock(text), at))
  }

  test('is rounded to milliseconds, and needs none', () => {
    assert.equal(readClientClock('2026-01-02 15:04:05.123499999 +0000 UTC'), at)
    assert.equal(readClientClock('2026-01-02 15:04:05 +0000 UTC'), at - 123)
  })

  for (const value of [null, true, '', 'yesterday', '7', 7, -1, 1e300, '2026-13-45 99:99:99 +0000 UTC', {}]) {
    test(`is not made of ${JSON.stringify(value)}`, () => assert.equal(readClientClock(value), undefined))
  }
})
