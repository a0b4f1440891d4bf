import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { rangeOf } from '@headwatch/protocol'
import { maxSequence } from './segment-format.ts'
import { diceOf, SimulatedDisk } from './testkit/simulated-disk.ts'
import { RecordLedger, WatchedQueue } from './testkit/watched-queue.ts'

describe('numbers', () => {
  for (const [name, near] of [
    ['2^32', 2n ** 32n],
    ['2^53', 2n ** 53n],
    ['2^63', maxSequence],
  ] as const)
    test(`stay exact near ${name}, also over a restart`, async () => {
      const disk = new SimulatedDisk({ dice: diceOf(1) })
      const ledger = new RecordLedger()
      const queue = await WatchedQueue.open(disk, ledger, { firstSequence: near - 5n })
      queue.reader('one')
      await queue.put(3)
      await queue.close()
      const again = await WatchedQueue.open(disk, ledger)
      again.reader('one')
      await again.put(3)
      const old = await again.take('one', 'backlog', 9)
      const fresh = await again.take('one', 'live', 9)
      assert.deepEqual(old?.kind === 'batch' && rangeOf(old.batch), { first: near - 5n, last: near - 3n })
      assert.deepEqual(fresh?.kind === 'batch' && rangeOf(fresh.batch), { first: near - 2n, last: near })
    })

  test('end at 2^63 - 1: what comes then is refused, and what is there still comes out', async () => {
    for (const whenFull of ['wait', 'drop_oldest', 'drop_newest'] as const) {
      const disk = new SimulatedDisk({ dice: diceOf(1) })
      const ledger = new RecordLedger()
      const queue = await WatchedQueue.open(disk, ledger, { firstSequence: maxSequence - 1n, whenFull })
      queue.reader('one')
      assert.deepEqual(await queue.put(3), { accepted: 2, dropped: 1, dropReasons: { numbers_used_up: 1 } })
      assert.deepEqual(await queue.put(1), { accepted: 0, dropped: 1, dropReasons: { numbers_used_up: 1 } })
      assert.deepEqual((await queue.drain('one')).ids, [1, 2])
    }
  })
})

describe('the epoch', () => {
  test('stays over a clean end, and over a kill that left everything whole', async () => {
    for (const end of ['closed', 'killed'] as const) {
      const { disk, ledger, epoch } = await firstLife(end)
      const again = await WatchedQueue.open(disk, ledger)
      assert.equal(again.queue.source.epoch, epoch)
    }
  })

  test('is a new one after a torn tail, a missing file, a missing or damaged cursor file', async () => {
    const damages: readonly ((files: Map<string, Buffer>, newest: string, cursors: string) => void)[] = [
      (files, newest) => files.set(newest, Buffer.concat([files.get(newest) ?? Buffer.alloc(0), Buffer.from('torn')])),
      (files, newest) => files.delete(newest),
      (files, _newest, cursors) => files.delete(cursors),
      (files, _newest, cursors) => files.set(cursors, Buffer.from('{"quarantinedRecords":0}')),
    ]
    for (const [index, damage] of damages.entries()) {
      const { disk, ledger, epoch } = await firstLife('killed')
      const files = new Map(disk.files)
      const names = [...files.keys()].sort()
      damage(
        files,
        names.filter((path) => path.endsWith('.seg')).at(-1) ?? '',
        names.find((path) => path.endsWith('cursors.json')) ?? '',
      )
      const damaged = SimulatedDisk.of(files, { dice: diceOf(1) })
      const again = await WatchedQueue.open(damaged, ledger)
      assert.notEqual(again.queue.source.epoch, epoch, `damage ${index}`)
      await again.drain('one')
      await again.put(2)
      const taken = await again.take('one', 'live', 9)
      assert.equal(taken?.kind === 'batch' && taken.batch.source.epoch, again.queue.source.epoch)
      await again.close()
      const third = await WatchedQueue.open(damaged, ledger)
      assert.equal(third.queue.source.epoch, again.queue.source.epoch, 'once')
    }
  })

  test('of what waits from before is the one under which it was numbered: a batch never crosses from one to the other', async () => {
    const { disk, ledger, epoch } = await firstLife('killed')
    const files = new Map(disk.files)
    const newest =
      [...files.keys()]
        .filter((path) => path.endsWith('.seg'))
        .sort()
        .at(-1) ?? ''
    files.set(newest, Buffer.concat([files.get(newest) ?? Buffer.alloc(0), Buffer.from('torn')]))
    const again = await WatchedQueue.open(SimulatedDisk.of(files, { dice: diceOf(1) }), ledger)
    again.reader('one')
    await again.put(2)
    again.reader('one').split()
    const epochs: unknown[] = []
    for (
      let taken = await again.take('one', 'backlog', 100);
      taken !== undefined;
      taken = await again.take('one', 'backlog', 100)
    )
      epochs.push(taken.kind === 'batch' && taken.batch.source.epoch)
    assert.deepEqual([...new Set(epochs)], [epoch, again.queue.source.epoch])
  })
})

async function firstLife(end: 'closed' | 'killed') {
  const disk = new SimulatedDisk({ dice: diceOf(1) })
  const ledger = new RecordLedger()
  const queue = await WatchedQueue.open(disk, ledger)
  queue.reader('one')
  for (let put = 0; put < 6; put++) await queue.put(3)
  await queue.wait(6_000)
  if (end === 'closed') await queue.close()
  return { disk, ledger, epoch: queue.queue.source.epoch }
}
