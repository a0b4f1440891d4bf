import assert from 'node:assert/strict'
import type { DayEvent } from '../day.ts'
import { areInSync, verdictIs } from '../verdicts.ts'

export const pathIsCut: DayEvent = {
  name: 'the network of one agent is cut: "path down", and it comes back by itself',
  async happen(day) {
    const { remote, proxy, ledger } = day
    const isBack = ledger.mayLose('the path of its agent was cut, and ethstats has no acknowledgement', {
      node: remote.name,
      beforeMs: 2_000,
    })
    const { pid } = remote.process
    proxy.cut()
    const evidence = await verdictIs(day, remote, 'path')
    assert.match(evidence.join('; '), /nothing has been heard since .* nobody closed it/)
    proxy.restore()
    await areInSync(day, [remote])
    isBack()
    assert.equal(remote.process.pid, pid)
    assert.ok(remote.process.isAlive, 'the agent behind the cut lives on')
  },
}
