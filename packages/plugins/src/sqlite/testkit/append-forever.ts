import { writeSync } from 'node:fs'
import { RetryableError } from '@headwatch/sdk'
import { fakeHost } from '@headwatch/sdk/testkit'
import { config } from '../config.ts'
import { SqliteStore } from '../sqlite-store.ts'
import { runBatch, runSource } from './stored-run.ts'

/*
 * A process for tests: appends to the folder it is given, with so many commits to a partition, until it is killed, printing `stored N` whenever the records below number N
 * are acknowledged and `refused REASON` when an append is refused for now. Every append repeats the one before.
 */

const [folder = '', commitsToAPartition = '3'] = process.argv.slice(2)
const batchRecords = 20
const never = new AbortController().signal

let turns = Date.now()
const host = fakeHost()
const stepMs = 60_000 / Number(commitsToAPartition)
const clock = { ...host.clock, now: () => (turns += stepMs) }
const store = new SqliteStore(config.parse({ folder, commitEveryMs: 0, partitionMinutes: 1, keepHours: 1e6 }), {
  ...host,
  clock,
})
await store.open(never)
const [range] = await store.storedRanges(runSource)
let next = Number(range === undefined ? 0n : range.last + 1n)
for (;;) {
  try {
    const repeated = Math.max(0, next - batchRecords)
    await store.append([runBatch(repeated, batchRecords), runBatch(next, batchRecords)], [], never)
    next += batchRecords
    writeSync(1, `stored ${next}\n`)
  } catch (error) {
    if (!(error instanceof RetryableError)) throw error
    writeSync(1, `refused ${error.message}\n`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
