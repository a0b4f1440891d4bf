import assert from 'node:assert/strict'
import { agentsOf, type DayEvent } from '../day.ts'
import { areInSync, verdictIs } from '../verdicts.ts'

export const nodeDies: DayEvent = {
  name: 'the node dies and returns: "node down", then in sync again',
  async happen(day) {
    await day.chain.stop()
    for (const agent of agentsOf(day)) {
      const evidence = await verdictIs(day, agent, 'node')
      assert.match(evidence.join('; '), /the agent reports since .* that the client does not answer/)
    }
    day.chain = await day.startChain()
    await areInSync(day, agentsOf(day))
  },
}
