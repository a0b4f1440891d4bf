import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { test } from 'node:test'
import { complaintOf } from '../oracle/judgement.ts'
import { usageOf } from '../peers/process-usage.ts'
import { until } from '../peers/until.ts'
import { settled } from './kill-round.ts'
import { seeded } from './seeded.ts'
import { withStage } from './with-stage.ts'

const minutes = 2
const mostGrowthMib = 25

test(`a server that reads one byte a second for ${minutes} minutes costs the agent no memory, and gets everything afterwards`, async (context) => {
  await withStage({ agents: 1, chance: seeded(1), mostRecords: 40 }, async (stage) => {
    const [agent] = stage.agents
    assert.ok(agent)
    await until('they are connected', () => stage.judgement(agent).stored > 100)
    agent.proxy.limit(1)
    const residentMib = () => usageOf(agent.program.process.pid).residentMib
    // What is measured is how it goes on, not how it fills the buffers it has.
    await wait(30_000)
    const warmMib = residentMib()
    await wait(minutes * 60_000 - 30_000)
    const grownMib = residentMib() - warmMib
    const { kept, lost } = stage.judgement(agent)
    context.diagnostic(
      `${kept} kept, ${lost.length} of them wait; ${Math.round(warmMib)} MiB, ${grownMib.toFixed(1)} more`,
    )
    assert.ok(lost.length > 10_000, 'a server that reads nothing has nothing')
    assert.ok(grownMib < mostGrowthMib, `${grownMib} MiB`)
    agent.proxy.limit(Number.POSITIVE_INFINITY)
    const [judgement] = await settled(stage, 400_000)
    assert.ok(judgement)
    assert.equal(complaintOf(agent.name, judgement), undefined)
    assert.deepEqual(judgement.declared, [])
  })
})
