import assert from 'node:assert/strict'
import { test } from 'node:test'
import { killRound } from './kill-round.ts'
import { seeded } from './seeded.ts'
import { withStage } from './with-stage.ts'

test('every record is stored once and none that was kept is lost, when agents and server are killed 25 times', async (context) => {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
  context.diagnostic(`SEED=${seed}`)
  const chance = seeded(seed)
  await withStage({ agents: 2, chance }, async (stage) => {
    const result = await killRound(stage, { kills: 25, chance, settleMs: 30_000 })
    context.diagnostic(
      JSON.stringify({ ...result, judgements: result.judgements.map(({ kept, stored }) => ({ kept, stored })) }),
    )
    assert.deepEqual(result.complaints, [])
    const kept = result.judgements.reduce((sum, judgement) => sum + judgement.kept, 0)
    assert.ok(kept > 100, `${kept} records flowed`)
  })
})
