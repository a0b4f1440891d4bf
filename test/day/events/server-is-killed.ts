import assert from 'node:assert/strict'
import { until } from '../../peers/until.ts'
import { agentsOf, type DayEvent } from '../day.ts'
import { areInSync } from '../verdicts.ts'

export const serverIsKilled: DayEvent = {
  name: 'the server is killed and started again: nothing is forgotten, everyone comes back alone, the page says so',
  async happen(day) {
    const { server, ledger, viewer, network, client, pretendNetwork } = day
    const known = (await server.api.nodes(network)).map(({ node }) => node)
    day.footprints.compare(day.say, 'server')
    const noAcknowledgement = 'the server was killed, and ethstats has no acknowledgement'
    const isBack = ledger.mayLose(noAcknowledgement, { node: client.name, beforeMs: 5_000 })
    await server.process.kill()
    await viewer.seesInBars(/^Reconnecting$/)
    await viewer.seesInBars(/Connection lost \d+ s ago\. All below is as of \d\d:\d\d:\d\d UTC\./)
    await server.restart()
    const remembered = (await server.api.nodes(network)).map(({ node }) => node)
    assert.deepEqual(remembered.toSorted(), known.toSorted(), 'every node is remembered')
    await viewer.seesInBars(/^Live$/)
    await areInSync(day, agentsOf(day))
    await until('the old client is back', async () =>
      (await server.api.nodesIfAny(pretendNetwork)).some(
        ({ node, activity }) => node === client.name && activity === 'in_sync',
      ),
    )
    isBack()
    day.footprints.note('server', server.process.pid)
    for (const { name, process } of agentsOf(day)) assert.ok(process.isAlive, `${name} outlives the server`)
  },
}
