import assert from 'node:assert/strict'
import { agentsOf, type DayEvent } from '../day.ts'

export const everyoneLeaves: DayEvent = {
  name: 'everyone is asked to leave: each process ends in order, with exit code 0',
  async happen(day) {
    day.client[Symbol.dispose]()
    for (const { name, process } of agentsOf(day)) {
      assert.ok(process.isAlive, `${name} lives until the end`)
      assert.equal(await process.terminate(), 0, `${name}: ${process.lastLines.join('\n')}`)
    }
    assert.ok(day.server.process.isAlive, 'the server lives until the end')
    assert.equal(await day.server.process.terminate(), 0, day.server.process.lastLines.join('\n'))
    assert.match(day.server.process.lastLines.join('\n'), /Stopped; nothing was left behind/)
    assert.deepEqual(day.viewer.errors, [], 'the page threw nothing')
  },
}
