import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ServerApi } from '../day/server-api.ts'
import { temporaryFolder } from '../peers/temporary-folder.ts'
import { until } from '../peers/until.ts'
import { killAndRestart } from './kill-rounds.ts'
import { seeded } from '../kills/seeded.ts'
import { agentName, startTwoTiers } from './two-tiers.ts'

const timeout = 600_000

test('two servers lose nothing and store nothing twice in forty rounds of kills', { timeout }, async () => {
  const seed = Number(process.env.HEADWATCH_SEED ?? Date.now() % 1_000_000)
  using folder = temporaryFolder()
  await using tiers = await startTwoTiers(folder.path, seeded(seed).next)
  await killAndRestart(tiers, { rounds: 40, chance: seeded(seed + 1).next })
  await tiers.settle()
  assert.equal(tiers.complaint(), undefined, `seed ${seed}`)
  assert.ok(tiers.source.issued.kept > 3_000, `${tiers.source.issued.kept} records`)
})

test('the central server says who is gone as the edge sees it, and that an edge is gone', { timeout }, async () => {
  using folder = temporaryFolder()
  await using tiers = await startTwoTiers(folder.path, seeded(1).next)
  const central = new ServerApi(tiers.urlOf.central)
  const node = async () => (await central.nodesIfAny(network)).find((each) => each.node === agentName)
  const said = async () => {
    const silence = (await node())?.silence
    return silence && [silence.cause, silence.confidence, silence.evidence[0]?.split(' at ')[0]]
  }
  const isHeard = async () => {
    const found = await node()
    return found !== undefined && found.silence === undefined
  }
  await until('the node is heard at the central server', isHeard)
  await tiers.kill('agent')
  await until('its agent is said to be gone', async () => (await said())?.[0] === 'agent')
  await tiers.start('agent')
  await until('it is heard again', isHeard)
  await tiers.kill('edge')
  await until('its edge is said to be gone', async () => (await said())?.[0] === 'path')
  assert.deepEqual(await said(), [
    'path',
    'certain',
    'the server edge-1, through which it reports, broke off without a goodbye',
  ])
  await tiers.start('edge')
  await until('it is heard through the edge again', isHeard)
})

const network = '4242'
