import assert from 'node:assert/strict'
import { until } from '../../peers/until.ts'
import type { DayEvent } from '../day.ts'
import { areInSync } from '../verdicts.ts'

/** So long an outage, in records. */
const outageRecords = 1_000

/** Thin enough that a backlog takes its time, and wide enough for what is fresh. */
const thinBytesPerSecond = 10_000

export const outageDrains: DayEvent = {
  name: 'an agent finds no server and then does: fresh records are stored first, and its backlog beside them',
  async happen(day) {
    const { killed, killedProxy } = day
    const { issued } = killed.source
    killedProxy.refuse()
    const cutAt = issued.kept
    await until('a backlog has grown', () => issued.kept > cutAt + outageRecords, 120_000)
    killedProxy.limit(thinBytesPerSecond)
    const freshFrom = issued.count + 1
    killedProxy.restore()
    await until('fresh records are stored', () => killed.judgement().newest > freshFrom, 60_000)
    assert.ok(
      killed.judgement().lost.some((number) => number < freshFrom),
      'older ones still wait',
    )
    killedProxy.limit(Number.POSITIVE_INFINITY)
    await until('all of the backlog is stored', () => killed.judgement().lost.every((number) => number > freshFrom))
    await areInSync(day, [killed])
    assert.ok(killed.process.isAlive)
  },
}
