import assert from 'node:assert/strict'
import { diceOf, SimulatedDisk } from './simulated-disk.ts'
import { RecordLedger, WatchedQueue } from './watched-queue.ts'

/** The files of a queue with three segments of three records, of which one is settled; closed, or killed. */
export async function smallQueue(end: 'closed' | 'killed') {
  const disk = new SimulatedDisk({ dice: diceOf(1) })
  const ledger = new RecordLedger()
  const queue = await WatchedQueue.open(disk, ledger, { segmentBytes: 400 })
  queue.reader('one')
  for (let put = 0; put < 3; put++) await queue.put(3)
  const taken = await queue.take('one', 'live', 1)
  if (taken !== undefined) queue.settle('one', taken)
  await queue.wait(6_000)
  if (end === 'closed') await queue.close()
  const segments = [...disk.files.keys()].filter((path) => path.endsWith('.seg')).sort()
  assert.equal(segments.length, 3)
  return { files: disk.files, segments, owed: ledger.owed('one') }
}

/** What a queue still delivers from files that are not as they were left; nothing may be wrong with how it does that. */
export async function deliveredFrom(files: ReadonlyMap<string, Uint8Array>) {
  const disk = SimulatedDisk.of(files, { dice: diceOf(1) })
  const ledger = new RecordLedger()
  const queue = await WatchedQueue.open(disk, ledger, { segmentBytes: 400 })
  const { ids, gaps } = await queue.drain('one')
  ledger.nextId = 100
  await queue.put(1)
  assert.deepEqual((await queue.drain('one')).ids, [100], 'new records go through')
  const { quarantinedRecords } = queue.queue.health()
  await queue.close()
  const again = await WatchedQueue.open(disk, ledger)
  assert.deepEqual(await again.drain('one'), { ids: [], gaps: [] }, 'what was told once is not told again')
  assert.equal(again.queue.health().quarantinedRecords, quarantinedRecords, 'nor counted again')
  await again.close()
  return { ids, gaps, quarantinedRecords }
}

/** Numbers that are told to be missing. */
export function missingIn(gaps: readonly { readonly records: number }[]): number {
  return gaps.reduce((sum, { records }) => sum + records, 0)
}
