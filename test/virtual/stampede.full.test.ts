import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stampede } from './stampede.ts'

const agents = 10_000
const acceptPerSecond = 500

test(`${agents} agents come back at no more than twice the configured rate, however the server went`, async (context) => {
  for (const [departure, awayMs] of [
    ['in_order', 3_000],
    ['at_once', 1_000],
    ['at_once', 60_000],
  ] as const) {
    const seen = await stampede({ agents, departure, awayMs, acceptPerSecond, restartSpreadMs: 30_000 })
    context.diagnostic(`${departure}, away for ${awayMs} ms: ${JSON.stringify(seen)}`)
    assert.ok(seen.peakWelcomed <= 2 * acceptPerSecond)
    assert.ok(seen.backAfterS <= 150)
  }
})
