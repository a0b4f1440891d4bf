import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { complaintOf } from '../oracle/judgement.ts'
import { until } from '../peers/until.ts'
import { settled } from './kill-round.ts'
import { seeded } from './seeded.ts'
import type { Stage, StageAgent } from './stage.ts'
import { withStage } from './with-stage.ts'

const settleMs = 30_000

/** Everything that was kept is stored, once, as it was and in order, and nothing was declared missing. */
async function assertAllIsWell(stage: Stage): Promise<void> {
  const judgements = await settled(stage, settleMs)
  for (const [index, judgement] of judgements.entries()) {
    assert.equal(complaintOf(stage.agents[index]?.name ?? '', judgement), undefined)
    assert.deepEqual(judgement.declared, [])
  }
}

function onlyAgent({ agents }: Stage): StageAgent {
  const [agent] = agents
  assert.ok(agent)
  return agent
}

const storedOf = (stage: Stage, agent: StageAgent) => stage.judgement(agent).stored

/** Waits until the agent holds this many records that are not stored. */
function backlogOf(stage: Stage, agent: StageAgent, records: number): Promise<unknown> {
  const { issued } = agent.source
  return until(`${records} records wait`, () => issued.kept - storedOf(stage, agent) >= records)
}

describe('a server', { concurrency: false }, () => {
  test('killed between its commit and its acknowledgement has nothing twice', async () => {
    // Silence is no reason to end the connection here.
    await withStage({ agents: 1, chance: seeded(1), heartbeatMs: 15_000 }, async (stage) => {
      const agent = onlyAgent(stage)
      for (let kill = 0; kill < 3; kill++) {
        const atStart = storedOf(stage, agent)
        await until('they are connected', () => storedOf(stage, agent) > atStart)
        agent.source.pause()
        await until('nothing waits', () => agent.source.isAnswered && stage.judgement(agent).lost.length === 0)
        agent.proxy.cut('to_client')
        const before = storedOf(stage, agent)
        agent.source.resume()
        await until('records are stored whose acknowledgement is on its way', () => storedOf(stage, agent) > before + 5)
        await stage.server.process.kill()
        agent.proxy.restore()
        await stage.startAll()
      }
      await assertAllIsWell(stage)
    })
  })

  test('upgraded while agents run loses nothing and ends in order', async () => {
    await withStage({ agents: 2, chance: seeded(2) }, async (stage) => {
      for (let upgrade = 0; upgrade < 3; upgrade++) {
        const before = stage.agents.map((agent) => storedOf(stage, agent))
        await until('records are stored', () =>
          stage.agents.every((agent, index) => storedOf(stage, agent) > (before[index] ?? 0)),
        )
        assert.equal(await stage.server.process.terminate(), 0, stage.server.process.lastLines.join('\n'))
        await stage.startAll()
      }
      await assertAllIsWell(stage)
      for (const { program } of stage.agents) assert.ok(program.isAlive, 'agents run on')
    })
  })

  test('killed while backlog and live data come beside each other has each record once', async () => {
    await withStage({ agents: 1, chance: seeded(3) }, async (stage) => {
      const agent = onlyAgent(stage)
      await stage.server.process.kill()
      await until('a backlog has grown', () => agent.source.issued.kept > 400)
      agent.proxy.limit(100_000)
      for (let kill = 0; kill < 3; kill++) {
        await stage.startAll()
        const before = storedOf(stage, agent)
        await until('some of it is stored', () => storedOf(stage, agent) > before)
        await stage.server.process.kill()
      }
      agent.proxy.limit(Number.POSITIVE_INFINITY)
      await stage.startAll()
      await assertAllIsWell(stage)
    })
  })
})

describe('an agent', { concurrency: false }, () => {
  test('killed while backlog and live data leave beside each other loses nothing it kept', async () => {
    await withStage({ agents: 1, chance: seeded(4) }, async (stage) => {
      const agent = onlyAgent(stage)
      await stage.server.process.kill()
      await until('a backlog has grown', () => agent.source.issued.kept > 400)
      agent.proxy.limit(100_000)
      await stage.startAll()
      for (let kill = 0; kill < 3; kill++) {
        const before = storedOf(stage, agent)
        await until('some of it is stored', () => storedOf(stage, agent) > before)
        await agent.program.process.kill()
        await stage.startAll()
      }
      agent.proxy.limit(Number.POSITIVE_INFINITY)
      await assertAllIsWell(stage)
    })
  })

  test('asked to end under load ends in order within its time, and what it held is there at its next start', async () => {
    await withStage({ agents: 1, chance: seeded(5) }, async (stage) => {
      const agent = onlyAgent(stage)
      for (let end = 0; end < 3; end++) {
        // Twice nobody takes what it holds.
        if (end > 0) agent.proxy.cut()
        const before = agent.source.issued.kept
        await until('it is under load', () => agent.source.issued.kept > before + 50)
        const askedAt = performance.now()
        assert.equal(await agent.program.process.terminate(), 0, agent.program.process.lastLines.join('\n'))
        assert.ok(performance.now() - askedAt < 15_000, 'it ended within its drainMs and a while')
        agent.proxy.restore()
        await stage.startAll()
      }
      await assertAllIsWell(stage)
    })
  })

  test('asked twice to end ends at once and loses nothing it kept', async () => {
    await withStage({ agents: 1, chance: seeded(6), drainMs: 60_000 }, async (stage) => {
      const agent = onlyAgent(stage)
      agent.proxy.cut()
      await backlogOf(stage, agent, 100)
      const { process } = agent.program
      process.signal('SIGTERM')
      await until('it says that it stops', () => process.lastLines.some((line) => line.includes('SIGTERM: stopping')))
      process.signal('SIGTERM')
      assert.equal(await process.ended, 1)
      agent.proxy.restore()
      await stage.startAll()
      await assertAllIsWell(stage)
    })
  })

  test('that wraps during an outage declares what it let go, and the API shows it', async () => {
    const exporter = { retention: 'wrap', wrapBytes: 100_000, wrapAgeMs: 86_400_000 }
    await withStage({ agents: 1, chance: seeded(7), exporter, queueBytes: 1024 * 1024 }, async (stage) => {
      const agent = onlyAgent(stage)
      await until('some are stored', () => storedOf(stage, agent) > 20)
      await stage.server.process.kill()
      const before = agent.source.issued.kept
      await until('more was kept than the log may hold', () => agent.source.issued.kept > before + 1_000)
      await agent.program.process.kill()
      await stage.startAll()
      const [judgement] = await settled(stage, settleMs)
      assert.ok(judgement)
      assert.equal(complaintOf(agent.name, judgement), undefined)
      assert.ok(judgement.declared.length > 0, 'something was let go')
      assert.ok(judgement.declared.length < 1_000, 'the newest was not')
      const shown = await stage.api.gaps(agent.name)
      const records = shown.reduce((sum, { first, last }) => sum + Number(BigInt(last) - BigInt(first)) + 1, 0)
      assert.deepEqual([...new Set(shown.map(({ reason }) => reason))], ['wrapped'])
      assert.ok(records >= judgement.declared.length, `${records} are shown as missing`)
    })
  })
})
