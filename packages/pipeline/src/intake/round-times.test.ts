import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { nextRoundMs, phaseMs } from './round-times.ts'

test('rounds fall on one phase of the interval and never sooner than half of it after the last', () => {
  const times = fc.record({
    everyMs: fc.integer({ min: 100, max: 600_000 }),
    key: fc.string(),
    now: fc.integer({ min: -1_000_000, max: 2 ** 41 }),
    sinceStartMs: fc.nat({ max: 1_000_000 }),
  })
  fc.assert(
    fc.property(times, ({ everyMs, key, now, sinceStartMs }) => {
      const phase = phaseMs(key, everyMs)
      const waitMs = nextRoundMs({ everyMs, phase, now, sinceStartMs })
      assert.equal((((now + waitMs - phase) % everyMs) + everyMs) % everyMs, 0)
      assert.ok(waitMs > 0 && waitMs <= 1.5 * everyMs)
      assert.ok(sinceStartMs + waitMs >= everyMs / 2)
    }),
  )
})

test('a thousand agents spread over the interval', () => {
  const slots = new Set(
    Array.from({ length: 1_000 }, (_, agent) => Math.floor(phaseMs(`agent-${agent}/ethereum`, 5_000) / 500)),
  )
  assert.equal(slots.size, 10)
})
