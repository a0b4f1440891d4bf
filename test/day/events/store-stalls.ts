import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { until } from '../../peers/until.ts'
import { readChain } from '../chain-blocks.ts'
import { isAllStored } from '../client-stats.ts'
import { agentsOf, type DayEvent } from '../day.ts'
import { areInSync } from '../verdicts.ts'

export const storeStalls: DayEvent = {
  name: 'the store stalls: readiness says so, live state goes on, and what waited is stored afterwards',
  async happen(day) {
    const { api, dataFolder } = day.server
    const isUnready = async () =>
      (await api.readiness()).problems.some((problem) => problem === 'the store "sqlite" does not take data')
    const lock = new DatabaseSync(newestPartition(dataFolder))
    lock.exec('PRAGMA busy_timeout = 20000; BEGIN EXCLUSIVE')
    try {
      await until('the server says that its store does not take data', isUnready, 90_000)
      assert.ok(await api.isAlive())
      assert.ok((await api.counter('headwatch_store_waiting_records')) > 0, 'records wait in memory')
      const newest = (await readChain(day.chain.endpoint)).at(-1)?.hash ?? ''
      await until('the live state has a block that cannot be stored yet', async () =>
        (await api.blockHashes(day.network)).includes(newest),
      )
      await areInSync(day, agentsOf(day))
    } finally {
      lock.exec('ROLLBACK')
      lock.close()
    }
    await until('the server is ready again', async () => (await api.readiness()).ready, 60_000)
    await isAllStored(day)
    assert.equal(await api.counter('headwatch_dropped_total'), 0)
  },
}

function newestPartition(folder: string): string {
  const partitions = readdirSync(folder).filter((name) => /^telemetry-.*\.sqlite$/.test(name))
  const newest = partitions.toSorted().at(-1)
  assert.ok(newest, `${folder} holds no telemetry`)
  return join(folder, newest)
}
