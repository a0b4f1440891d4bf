import assert from 'node:assert/strict'
import type { WhenFull } from '../../queue.ts'
import { type CallName, diceOf, type Fault, SimulatedDisk } from './simulated-disk.ts'
import { RecordLedger, type WatchedOptions, WatchedQueue } from './watched-queue.ts'

export interface FaultsToCheck {
  readonly code: string
  readonly whenFull: WhenFull
  /** Begins a fault at every call, or at every so manieth. */
  readonly every: number
}

/** Calls that take space. */
const growing: readonly CallName[] = ['create', 'write', 'sync', 'rename', 'makeFolder', 'syncFolder']

/** Calls in a row that fail. */
const bursts = [1, 7]

/** Lives a queue's life again and again, each time with an error of the disk elsewhere. */
export async function checkFaults({ code, whenFull, every }: FaultsToCheck): Promise<void> {
  const whole = await life(() => undefined, { whenFull })
  for (let first = 1; first <= whole.calls; first += every)
    for (const burst of bursts) {
      const isHit = (number: number) => number >= first && number < first + burst
      const fault: Fault = (number, call) =>
        isHit(number) && (code === 'EIO' || growing.includes(call)) ? code : undefined
      await life(fault, { whenFull })
    }
}

/** Puts, deliveries, time, an end and another beginning, on a disk with a fault. Everything is accounted for at the end. */
async function life(fault: Fault, options: WatchedOptions): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk({ dice: diceOf(1), fault })
  const ledger = new RecordLedger()
  const total = { accepted: 0, delivered: 0, gaps: 0, put: 0, dropped: 0 }
  for (let opening = 0; opening < 2; opening++) {
    const queue = await opened(disk, ledger, options)
    queue.reader('one')
    for (const count of [3, 2, 6, 4]) {
      const result = await queue.put(count)
      total.put += count
      total.accepted += result.accepted
      total.dropped += result.dropped
      const taken = (await queue.take('one', 'backlog')) ?? (await queue.take('one', 'live'))
      if (taken !== undefined) queue.settle('one', taken)
      if (taken?.kind === 'batch') total.delivered += taken.batch.count
      else if (taken !== undefined) total.gaps += Number(taken.gap.last - taken.gap.first) + 1
      await queue.wait(3_000)
    }
    await queue.close()
  }
  disk.fault = () => undefined
  const last = await opened(disk, ledger, options)
  const { ids, gaps } = await last.drain('one')
  await last.close()
  total.delivered += ids.length
  total.gaps += gaps.reduce((sum, { records }) => sum + records, 0)
  assert.equal(total.gaps + total.delivered, total.accepted, 'accepted = delivered + gaps')
  assert.equal(
    total.put,
    total.accepted + total.dropped - total.gaps,
    'put = accepted + dropped, what became a gap counted once',
  )
  if (options.whenFull === 'wait')
    assert.deepEqual({ ...total, delivered: total.put }, { ...total, accepted: total.put, gaps: 0 })
  return disk
}

/** A disk that cannot even be read does not let a queue open: a sentence, and nothing is changed by it. */
async function opened(disk: SimulatedDisk, ledger: RecordLedger, options: WatchedOptions): Promise<WatchedQueue> {
  for (;;) {
    try {
      return await WatchedQueue.open(disk, ledger, options)
    } catch (error) {
      assert.equal((error as Error).name, 'RejectedError', String(error))
      assert.match((error as Error).message, /^the (queue in|folder) \/data\/queue\/main cannot be opened: /)
    }
  }
}
