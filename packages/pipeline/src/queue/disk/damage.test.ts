import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { inspectQueue } from './queue-report.ts'
import { checkBitFlips } from './testkit/check-bit-flips.ts'
import { checkCuts } from './testkit/check-cuts.ts'
import { diceOf, SimulatedDisk } from './testkit/simulated-disk.ts'
import { deliveredFrom, smallQueue } from './testkit/small-queue.ts'
import { queueFolder, RecordLedger, WatchedQueue } from './testkit/watched-queue.ts'

describe('a damaged queue opens by itself', () => {
  test('after a bit has flipped, at the cost of the record it hit', () => checkBitFlips(29))

  for (const end of ['closed', 'killed'] as const)
    test(`after any file was cut, ${end}, at the cost of what is gone`, () => checkCuts(end, 7))

  test('after any file was deleted, at the cost of that file', async () => {
    const { files, segments, owed } = await smallQueue('closed')
    for (const path of files.keys()) {
      const left = new Map(files)
      left.delete(path)
      const { ids, gaps } = await deliveredFrom(left)
      const index = segments.indexOf(path)
      const there = owed.filter((id) => Math.floor((id - 1) / 3) !== index)
      assert.deepEqual(
        ids.filter((id) => owed.includes(id)),
        there,
        path,
      )
      assert.deepEqual(gaps, index === -1 ? [] : [{ reason: 'lost', records: owed.length - there.length }], path)
    }
  })

  test('after the end of any segment was filled with zeros', async () => {
    const { files, segments, owed } = await smallQueue('killed')
    for (const path of segments)
      for (const zeros of [1, 40, 300]) {
        const bytes = Buffer.from(files.get(path) ?? [])
        const { ids } = await deliveredFrom(new Map(files).set(path, Buffer.concat([bytes, Buffer.alloc(zeros)])))
        assert.deepEqual(ids, owed, `${zeros} zeros behind ${path}`)
      }
  })

  test('keeps what was damaged for people, with the reason', async () => {
    const { files, segments } = await smallQueue('closed')
    const path = segments[1] ?? ''
    const bytes = Buffer.from(files.get(path) ?? [])
    bytes[bytes.byteLength - 20] = (bytes[bytes.byteLength - 20] ?? 0) ^ 1
    const disk = SimulatedDisk.of(new Map(files).set(path, bytes), { dice: diceOf(1) })
    const queue = await WatchedQueue.open(disk, new RecordLedger())
    await queue.close()
    const { quarantine, quarantinedRecords } = await inspectQueue(queueFolder, disk)
    assert.equal(quarantinedRecords, 1)
    assert.partialDeepStrictEqual(quarantine, [
      { file: path.slice(queueFolder.length + 1), reason: 'damaged', first: '6', last: '6' },
    ])
  })
})
