import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '../kills/seeded.ts'
import { longOutage } from './long-outage.ts'
import { manyStops } from './many-stops.ts'
import { queueFolder } from './queue-folder.ts'

test('a pipeline that is stopped a thousand times under load ends in time and loses nothing it kept', async (context) => {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
  context.diagnostic(`SEED=${seed}`)
  using folder = queueFolder()
  const seen = await manyStops({ makeQueue: folder.open, stops: 1_000, chance: seeded(seed) })
  assert.deepEqual(seen.missing, [])
  assert.ok(seen.longestMs <= 1_000, `${seen.longestMs} ms`)
})

test('an outage of 72 hours at a record a second is drained while live data stays fresh', async (context) => {
  using folder = queueFolder()
  const hours = 72
  const seen = await longOutage({
    makeQueue: folder.open,
    hours,
    recordsPerHour: 3_600,
    batchRecords: 100,
    batchMs: 200,
  })
  context.diagnostic(JSON.stringify(seen))
  assert.ok(seen.drainS <= (hours * 3_600) / 10)
  assert.ok(seen.live >= 20, `${seen.live} came while it drained`)
  assert.ok(seen.worstLiveMs < 2_000, `${seen.worstLiveMs} ms`)
})
