import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { diceOf, SimulatedDisk } from './testkit/simulated-disk.ts'
import { PowerCut, RecordLedger, WatchedQueue } from './testkit/watched-queue.ts'

describe('a power cut after any call to the disk', () => {
  const images = [1, 2]

  test('loses nothing that was acknowledged, and the queue opens by itself', async () => {
    const whole = new SimulatedDisk({ dice: diceOf(0) })
    await life(whole, new RecordLedger())
    assert.ok(whole.calls > 100, `${whole.calls} calls are too few to say anything`)
    for (let last = 1; last < whole.calls; last++) {
      for (const seed of images) {
        const disk = new SimulatedDisk({
          dice: diceOf(last * 100 + seed),
          fault: (number) => (number > last ? 'power_cut' : undefined),
        })
        const ledger = new RecordLedger()
        await assert.rejects(life(disk, ledger), PowerCut, `the life ended with call ${last}`)
        await checkAfter(disk, ledger, `call ${last}, image ${seed}`)
      }
    }
  })

  test('or a kill, again and again and while it opens, loses nothing either', async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const dice = diceOf(seed)
      const ledger = new RecordLedger()
      let disk = new SimulatedDisk({ dice })
      for (let crash = 0; crash < 5; crash++) {
        const last = disk.calls + 1 + Math.floor(dice() * 90)
        disk.fault = (number) => (number > last ? 'power_cut' : undefined)
        await life(disk, ledger).catch(ignorePowerCut)
        if (dice() < 0.5) disk.restore()
        else disk = SimulatedDisk.of(disk.afterPowerCut(), { dice })
      }
      await checkAfter(disk, ledger, `seed ${seed}`)
    }
  })
})

describe('a destination that comes while the queue is at work', () => {
  test('gets what was acknowledged after it came, also when the program is killed at once', async () => {
    const disk = new SimulatedDisk({ dice: diceOf(1) })
    const ledger = new RecordLedger()
    const queue = await WatchedQueue.open(disk, ledger, { segmentBytes: 100_000 })
    queue.reader('one')
    await queue.put(1)
    queue.reader('two')
    await queue.put(2)
    await checkAfter(disk, ledger, 'the second put')
  })
})

/** Puts, deliveries, a destination that comes later, time that passes, an end and another beginning. */
async function life(disk: SimulatedDisk, ledger: RecordLedger): Promise<void> {
  const first = await WatchedQueue.open(disk, ledger)
  for (const name of ledger.destinations) first.reader(name)
  first.reader('one')
  await first.put(3)
  await first.put(2)
  first.reader('two')
  await deliver(first, 'one', 1)
  await first.put(6)
  await first.wait(6_000)
  await deliver(first, 'one', 2)
  await deliver(first, 'two', 3)
  await Promise.all([first.put(2), first.put(3)])
  await first.wait(6_000)
  await first.close()
  const second = await WatchedQueue.open(disk, ledger)
  second.reader('two')
  await deliver(second, 'one', 1)
  await second.put(4)
  await second.wait(6_000)
  await deliver(second, 'one', 9)
  await second.close()
}

async function deliver(queue: WatchedQueue, name: string, times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    const taken = (await queue.take(name, 'live')) ?? (await queue.take(name, 'backlog'))
    if (taken !== undefined) queue.settle(name, taken)
  }
}

async function checkAfter(disk: SimulatedDisk, ledger: RecordLedger, when: string): Promise<void> {
  const after = SimulatedDisk.of(disk.afterPowerCut(), { dice: diceOf(1) })
  const owed = { one: ledger.owed('one'), two: ledger.owed('two') }
  const queue = await WatchedQueue.open(after, ledger)
  for (const name of ['one', 'two'] as const) {
    const { ids, gaps } = await queue.drain(name)
    const missing = owed[name].filter((id) => !ids.includes(id))
    assert.deepEqual(missing, [], `acknowledged for ${name} and not there after ${when}`)
    assert.equal(new Set(ids).size, ids.length, `nothing twice after ${when}`)
    assert.deepEqual(
      gaps.filter(({ reason }) => reason === 'lost'),
      [],
      `nothing is missed after ${when}`,
    )
  }
  await queue.put(1)
  assert.deepEqual((await queue.drain('one')).ids, [ledger.nextId - 1], `new records go through after ${when}`)
  await queue.close()
}

function ignorePowerCut(error: unknown): void {
  if (!(error instanceof PowerCut)) throw error
}
