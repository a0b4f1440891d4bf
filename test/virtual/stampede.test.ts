import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { stampede } from './stampede.ts'

const agents = 300
const acceptPerSecond = 15

describe(`${agents} agents whose server goes away`, () => {
  test('in order come back spread over the time it asked for', async (context) => {
    const seen = await stampede({
      agents,
      departure: 'in_order',
      awayMs: 3_000,
      acceptPerSecond,
      restartSpreadMs: 30_000,
    })
    context.diagnostic(JSON.stringify(seen))
    assert.ok(seen.peakDialled <= 2 * acceptPerSecond, 'they knock spread over time')
    assert.ok(seen.backAfterS <= 45)
  })

  test('at once, and is back at once, are let in at its rate, and those it could not take come back later', async (context) => {
    const seen = await stampede({
      agents,
      departure: 'at_once',
      awayMs: 1_000,
      acceptPerSecond,
      restartSpreadMs: 30_000,
    })
    context.diagnostic(JSON.stringify(seen))
    assert.ok(seen.peakWelcomed <= 2 * acceptPerSecond)
    assert.ok(seen.backAfterS <= 90)
  })
})
