import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '../kills/seeded.ts'
import { besideDeadDestination } from './dead-destination.ts'
import { longOutage } from './long-outage.ts'
import { manyStops } from './many-stops.ts'
import { queueFolder } from './queue-folder.ts'

test('an outage of 72 hours is drained at ten times the live rate and more, from its first hour on, while live data stays fresh', async (context) => {
  using folder = queueFolder()
  const hours = 72
  const seen = await longOutage({ makeQueue: folder.open, hours, recordsPerHour: 120, batchRecords: 10, batchMs: 400 })
  context.diagnostic(JSON.stringify(seen))
  assert.ok(seen.drainS <= (hours * 3_600) / 10)
  assert.ok(seen.live >= 20, `${seen.live} came while it drained`)
  assert.ok(seen.worstLiveMs < 2_000, `${seen.worstLiveMs} ms`)
  assert.ok(seen.byLane.backlog > hours * 115, 'what waited came as backlog')
})

test('destinations that refuse or hang for 24 hours never slow the one beside them', async () => {
  using folder = queueFolder()
  using other = queueFolder()
  const hours = 24
  const alone = await besideDeadDestination({ makeQueue: other.open, hours: 1, deaths: [] })
  const seen = await besideDeadDestination({ makeQueue: folder.open, hours, deaths: ['refuses', 'hangs'] })
  assert.deepEqual([seen.arrived, seen.worstMs], [hours * 60, alone.worstMs])
  assert.ok(seen.waiting >= 2 * hours * 60, 'all of it waits for each of the dead')
})

test('a pipeline that is stopped a hundred times under load ends in time and loses nothing it kept', async (context) => {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
  context.diagnostic(`SEED=${seed}`)
  using folder = queueFolder()
  const seen = await manyStops({ makeQueue: folder.open, stops: 100, chance: seeded(seed) })
  assert.deepEqual(seen.missing, [])
  assert.ok(seen.longestMs <= 1_000, `${seen.longestMs} ms`)
})
