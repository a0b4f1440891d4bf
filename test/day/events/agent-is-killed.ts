import assert from 'node:assert/strict'
import type { DayEvent } from '../day.ts'
import { areInSync, verdictIs } from '../verdicts.ts'

export const agentIsKilled: DayEvent = {
  name: 'an agent is killed: "agent down", and in sync once it is started again',
  async happen(day) {
    const { killed, ledger, footprints } = day
    // It looks every half second, and a block is dated in whole seconds.
    const isBack = ledger.mayLose('its agent was not there to see them', { node: killed.name, beforeMs: 2_000 })
    await killed.process.kill()
    const evidence = await verdictIs(day, killed, 'agent')
    assert.match(evidence.join('; '), /broke off without a goodbye .* as when a process is killed/)
    await killed.restart()
    await areInSync(day, [killed])
    isBack()
    footprints.note(killed.name, killed.process.pid)
  },
}
