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
      // Agents are answered from the store and hold back what it does not take; who speaks ethstats is seen live.
      const height = (await readChain(day.chain.endpoint)).length
      await until('the live state has a block that cannot be stored yet', async () => {
        const [shown, blocks] = [await api.blockHashes(day.network), await readChain(day.chain.endpoint)]
        return blocks.slice(height).some(({ hash }) => shown.includes(hash))
      })
      await areInSync(day, [day.remote])
    } finally {
      lock.exec('ROLLBACK')
      lock.close()
    }
    await until('the server is ready again', async () => (await api.readiness()).ready, 60_000)
    await areInSync(day, agentsOf(day))
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
