import assert from 'node:assert/strict'
import { test } from 'node:test'
import { killRound } from './kill-round.ts'
import { seeded } from './seeded.ts'
import { withStage } from './with-stage.ts'

test('every record is stored once and none that was kept is lost, when agents and server are killed 200 times', async (context) => {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
  context.diagnostic(`SEED=${seed}`)
  const chance = seeded(seed)
  await withStage({ agents: 3, chance }, async (stage) => {
    const { complaints, judgements, ...counts } = await killRound(stage, { kills: 200, chance, settleMs: 120_000 })
    context.diagnostic(JSON.stringify(counts))
    assert.deepEqual(complaints, [])
    for (const { kept } of judgements) assert.ok(kept > 1_000, 'records flowed all the time')
  })
})
