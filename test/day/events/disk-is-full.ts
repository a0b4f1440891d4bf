import assert from 'node:assert/strict'
import { until } from '../../peers/until.ts'
import type { DayEvent } from '../day.ts'
import { areInSync } from '../verdicts.ts'

export const diskIsFull: DayEvent = {
  name: 'the disk under an agent is full: it lives on and answers for nothing more, and goes on when there is room',
  async happen(day) {
    const { killed, killedDisk, say } = day
    if (!killedDisk.canBeFilled) return say('no disk of its own can be made here: nothing was filled')
    const { source, process } = killed
    const { pid } = process
    killedDisk.fill()
    // What was allocated already may still take some; then nothing is answered for.
    await until('nothing is answered for any more', () => staysTheSame(() => source.issued.kept, 2_000))
    const keptWhileFull = source.issued.kept
    killedDisk.empty()
    await until('it answers again', () => source.issued.kept > keptWhileFull + 50)
    await areInSync(day, [killed])
    assert.equal(killed.process.pid, pid)
    assert.ok(killed.process.isAlive, 'the agent lives on')
  },
}

/** Whether a number does not change for so long. */
async function staysTheSame(read: () => number, ms: number): Promise<boolean> {
  const before = read()
  const endAt = performance.now() + ms
  return until('it changes or the time is over', () =>
    read() !== before ? 'changed' : performance.now() > endAt && 'same',
  ).then((how) => how === 'same')
}
