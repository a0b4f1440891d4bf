import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ServerApi } from '../day/server-api.ts'
import { seeded } from '../kills/seeded.ts'
import { temporaryFolder } from '../peers/temporary-folder.ts'
import { until } from '../peers/until.ts'
import { killAndRestart } from './kill-rounds.ts'
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

test('an edge whose queue overflows again and again loses what it says, and is never held up by it', {
  timeout,
}, async () => {
  using folder = temporaryFolder()
  const small = { HEADWATCH_PIPELINES__AGENTS__QUEUE__BYTES: '400000' }
  await using tiers = await startTwoTiers(folder.path, seeded(7).next, small)
  const edge = new ServerApi(tiers.urlOf.edge)
  // More often than a store remembers holes of one source.
  for (let outage = 0; outage < 10; outage++) {
    const before = tiers.judged('central').stored
    await until(`more arrives after outage ${outage}`, () => tiers.judged('central').stored > before + 20, 60_000)
    await tiers.kill('central')
    const dropped = await edge.counter('headwatch_dropped_total')
    await until(
      `outage ${outage} costs something`,
      async () => (await edge.counter('headwatch_dropped_total')) > dropped,
    )
    await tiers.start('central')
  }
  // What was lost is found out with what comes after it.
  await until(
    'everything is there or declared missing',
    async () => {
      const before = tiers.judged('central').stored
      tiers.source.resume()
      await until('more arrives', () => tiers.judged('central').stored > before + 20, 60_000)
      tiers.source.pause()
      await until('the edge has all of it', () => tiers.source.isAnswered && tiers.judged('edge').lost.length === 0)
      return tiers.judged('central').lost.length === 0
    },
    120_000,
  )
  assert.deepEqual(tiers.judged('edge').lost, [], 'the edge itself has all of it')
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
