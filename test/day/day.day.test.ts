import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { DayEvent } from './day.ts'
import { agentIsKilled } from './events/agent-is-killed.ts'
import { diskIsFull } from './events/disk-is-full.ts'
import { everyClientJoins } from './events/every-client-joins.ts'
import { everyoneArrives } from './events/everyone-arrives.ts'
import { everyoneLeaves } from './events/everyone-leaves.ts'
import { nodeDies } from './events/node-dies.ts'
import { everyoneIsMeasured, nothingHasGrown } from './events/nothing-has-grown.ts'
import { ordinaryLife } from './events/ordinary-life.ts'
import { outageDrains } from './events/outage-drains.ts'
import { pathIsCut } from './events/path-is-cut.ts'
import { recordsAreCounted } from './events/records-are-counted.ts'
import { serverIsKilled } from './events/server-is-killed.ts'
import { storeStalls } from './events/store-stalls.ts'
import { startDay } from './start-day.ts'

/** The day, in its order. A capability adds its line. */
const events: readonly DayEvent[] = [
  everyoneArrives,
  everyClientJoins,
  nodeDies,
  everyoneIsMeasured,
  ordinaryLife(30),
  agentIsKilled,
  pathIsCut,
  outageDrains,
  diskIsFull,
  storeStalls,
  serverIsKilled,
  ordinaryLife(20),
  recordsAreCounted,
  nothingHasGrown,
  everyoneLeaves,
]

test('the product lives through a day', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'headwatch-day-'))
  const say = (line: string) => console.log(`  ${line}`)
  try {
    await using stack = new AsyncDisposableStack()
    const day = await startDay(folder, stack, say)
    for (const event of events) {
      let isOver = true
      await context.test(event.name, async () => {
        const startedAt = performance.now()
        await event.happen(day)
        say(`${((performance.now() - startedAt) / 1000).toFixed(1)} s: ${event.name}`)
        isOver = false
      })
      // What comes after stands on it.
      if (isOver) return
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
