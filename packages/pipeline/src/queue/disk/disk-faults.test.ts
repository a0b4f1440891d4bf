import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { checkFaults } from './testkit/check-faults.ts'
import { diceOf, type Fault, SimulatedDisk } from './testkit/simulated-disk.ts'
import { RecordLedger, WatchedQueue, type WatchedOptions } from './testkit/watched-queue.ts'

for (const whenFull of ['wait', 'drop_oldest', 'drop_newest'] as const)
  for (const code of ['ENOSPC', 'EIO'])
    test(`${code} of the disk at a call ends nothing, and costs at most what was not acknowledged, ${whenFull}`, () =>
      checkFaults({ code, whenFull, every: 11 }))

describe('a disk that is full for a while', () => {
  const full: Fault = (_number, call) => (call === 'write' || call === 'create' ? 'ENOSPC' : undefined)

  test('makes puts wait, says so, and goes on by itself', async () => {
    const { queue, disk, ledger } = await withRecords({ whenFull: 'wait' })
    disk.fault = full
    let isSettled = false
    const waiting = queue.queue
      .put([])
      .then(() => queue.put(2))
      .finally(() => {
        isSettled = true
      })
    await queue.wait(1_500)
    assert.match(
      queue.queue.health().problem ?? '',
      /the queue in \/data\/queue\/main cannot be written: the disk is full/,
    )
    assert.equal(isSettled, false)
    disk.fault = () => undefined
    assert.deepEqual(await waiting, { accepted: 2, dropped: 0 })
    await queue.wait(2_000)
    assert.equal(queue.queue.health().problem, undefined)
    await checkAllThere(queue, ledger)
  })

  test('is given the oldest segment where the oldest go', async () => {
    const { queue, disk } = await withRecords({ whenFull: 'drop_oldest' })
    const before = disk.bytes
    let freed = false
    disk.fault = (number, call) => {
      if (call === 'remove') freed = true
      return freed ? undefined : full(number, call)
    }
    const result = await queue.put(2)
    assert.equal(result.accepted, 2)
    assert.ok(result.dropped > 0 && result.dropReasons?.disk_full === result.dropped, JSON.stringify(result))
    assert.ok(disk.bytes < before)
  })

  test('costs the newest where they go, by the reason', async () => {
    for (const whenFull of ['drop_newest', 'drop_oldest'] as const) {
      const { queue, disk } = await withRecords({ whenFull })
      disk.fault = (number, call) => (call === 'remove' ? 'EIO' : full(number, call))
      const result = await queue.put(2)
      assert.deepEqual(result, { accepted: 0, dropped: 2, dropReasons: { disk_full: 2 } })
      disk.fault = () => undefined
      await queue.wait(2_000)
      assert.equal(queue.queue.health().problem, undefined, 'noticed without a put')
      assert.deepEqual(await queue.put(1), { accepted: 1, dropped: 0 })
    }
  })
})

test('a sync that failed once is not believed the second time', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { queue, disk, ledger } = await withRecords({ whenFull: 'wait', segmentBytes: 100_000 }, seed)
    let failed = 0
    disk.fault = (_number, call) => (call === 'sync' && failed++ === 0 ? 'EIO' : undefined)
    await queue.put(2)
    const after = SimulatedDisk.of(disk.afterPowerCut(), { dice: diceOf(seed) })
    await checkAllThere(await WatchedQueue.open(after, ledger), ledger)
  }
})

test('what was given up does not come after a restart', async () => {
  const { queue, disk, ledger } = await withRecords({ whenFull: 'drop_newest', segmentBytes: 100_000 })
  disk.fault = (_number, call) => (call === 'sync' || call === 'truncate' || call === 'remove' ? 'EIO' : undefined)
  assert.deepEqual(await queue.put(2), { accepted: 0, dropped: 2, dropReasons: { disk_error: 2 } })
  disk.fault = () => undefined
  await queue.close()
  await checkAllThere(await WatchedQueue.open(disk, ledger), ledger)
})

test('no file handles left makes a take wait, and costs nothing', async () => {
  const { queue, disk, ledger } = await withRecords({ whenFull: 'wait' })
  let failures = 0
  disk.fault = (_number, call) => (call === 'open' && failures++ < 3 ? 'EMFILE' : undefined)
  await checkAllThere(queue, ledger)
  assert.ok(failures > 3)
})

test('a block that cannot be read costs the records in it', async () => {
  const { queue, disk } = await withRecords({ whenFull: 'wait', segmentBytes: 100_000 })
  disk.badBytes = { path: [...disk.files.keys()].find((path) => path.endsWith('.seg')) ?? '', from: 300, to: 301 }
  const { ids, gaps } = await queue.drain('one')
  assert.equal(ids.length + gaps.reduce((sum, { records }) => sum + records, 0), 20)
  assert.ok(gaps.every(({ reason }) => reason === 'quarantined'))
  assert.equal(queue.queue.health().quarantinedRecords, 20 - ids.length)
})

async function withRecords(options: WatchedOptions, seed = 1) {
  const disk = new SimulatedDisk({ dice: diceOf(seed) })
  const ledger = new RecordLedger()
  const queue = await WatchedQueue.open(disk, ledger, options)
  queue.reader('one')
  for (let put = 0; put < 10; put++) await queue.put(2)
  return { queue, disk, ledger }
}

async function checkAllThere(queue: WatchedQueue, ledger: RecordLedger): Promise<void> {
  const owed = ledger.owed('one')
  assert.deepEqual((await queue.drain('one')).ids, owed)
}
