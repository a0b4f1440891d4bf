import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stampede } from './stampede.ts'

// The worst of the three with ten thousand; the clock is virtual, the handshakes are not.
for (const [departure, awayMs, agents, acceptPerSecond] of [
  ['in_order', 3_000, 2_000, 100],
  ['at_once', 1_000, 10_000, 500],
  ['at_once', 60_000, 2_000, 100],
] as const) {
  const words = departure === 'in_order' ? 'in order' : 'at once'
  test(`${agents} agents come back at no more than twice the configured rate from a server that went ${words} for ${awayMs / 1_000} s`, async (context) => {
    const seen = await stampede({ agents, departure, awayMs, acceptPerSecond, restartSpreadMs: 30_000 })
    context.diagnostic(JSON.stringify(seen))
    assert.ok(seen.peakWelcomed <= 2 * acceptPerSecond)
    assert.ok(seen.backAfterS <= 150)
  })
}
