import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '../kills/seeded.ts'
import { temporaryFolder } from '../peers/temporary-folder.ts'
import { until } from '../peers/until.ts'
import { killAndRestart } from './kill-rounds.ts'
import { startTwoTiers } from './two-tiers.ts'

const timeout = 120_000

test('two servers have everything an agent answered for, once, whichever of the three is killed', {
  timeout,
}, async () => {
  const seed = Number(process.env.HEADWATCH_SEED ?? 20_261_125)
  using folder = temporaryFolder()
  await using tiers = await startTwoTiers(folder.path, seeded(seed).next)
  await until('some has gone all the way', () => tiers.source.issued.kept > 50)
  await killAndRestart(tiers, { rounds: 3, chance: seeded(seed + 1).next })
  await tiers.settle()
  assert.equal(tiers.complaint(), undefined, `seed ${seed}`)
  assert.ok(tiers.source.issued.kept > 250, `${tiers.source.issued.kept} records`)
})
