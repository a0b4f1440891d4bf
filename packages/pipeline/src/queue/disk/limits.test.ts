import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { QueueReader, Taken } from '../queue.ts'
import { diceOf, SimulatedDisk } from './testkit/simulated-disk.ts'
import { RecordLedger, recordOf, WatchedQueue } from './testkit/watched-queue.ts'

const limits = { records: 10_000, bytes: 64 * 1024 }

describe('the limit in bytes', () => {
  for (const whenFull of ['wait', 'drop_oldest', 'drop_newest'] as const)
    test(`is never passed by all files together, at any call, and counted anew after a restart, ${whenFull}`, () =>
      fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
          const disk = new SimulatedDisk({ dice: diceOf(1) })
          let run = await start(disk, whenFull)
          for (const next of steps) {
            run = await take(run, next, whenFull)
            assert.ok(disk.peakBytes <= limits.bytes, `${disk.peakBytes} bytes after ${JSON.stringify(next)}`)
            const { bytesOnDisk } = run.queue.queue.health()
            assert.equal(bytesOnDisk, disk.bytes, 'health tells what is there')
          }
          await run.queue.close()
        }),
        { numRuns: 30 },
      ))

  test('is not passed by what is put and what is refused at the same moment', async () => {
    for (let start = 0; start < 12; start++) {
      const disk = new SimulatedDisk({ dice: diceOf(1) })
      const options = { limits, whenFull: 'drop_newest' as const, segmentBytes: 8_192 }
      const queue = await WatchedQueue.open(disk, new RecordLedger(), options)
      const reader = queue.reader('one')
      await queue.settled(queue.queue.put([longRecord(100 + start * 400)]))
      for (let turn = 0; turn < 12; turn++) {
        const records = [longRecord(5_000)]
        const refused = [{ sequence: 1n, record: longRecord(3_500) }]
        const asides = turn < 8 ? [] : [reader.setAside(refused, 'of no use'), reader.setAside(refused, 'of no use')]
        await queue.settled(Promise.all([queue.queue.put(records), ...asides]))
        assert.ok(disk.peakBytes <= limits.bytes, `${disk.peakBytes} bytes after ${turn} turns`)
      }
      await queue.close()
    }
  })

  test('is that of a queue that was larger before: nothing is deleted by opening it', async () => {
    const disk = new SimulatedDisk({ dice: diceOf(1) })
    const ledger = new RecordLedger()
    const large = await WatchedQueue.open(disk, ledger, { limits: { ...limits, bytes: 1024 * 1024 } })
    large.reader('one')
    for (let put = 0; put < 100; put++) await large.put(10)
    await large.close()
    assert.ok(disk.bytes > limits.bytes)
    const small = await WatchedQueue.open(disk, ledger, { limits, whenFull: 'drop_newest' })
    small.reader('one')
    assert.deepEqual(await small.put(1), { accepted: 0, dropped: 1 })
    assert.equal((await small.drain('one')).ids.length, 1_000)
    await small.wait(2_000)
    assert.equal((await small.put(1)).accepted, 1)
  })

  test('lets a record go that is longer than a quarter of it, and says so', async () => {
    for (const whenFull of ['wait', 'drop_oldest', 'drop_newest'] as const) {
      const queue = await WatchedQueue.open(new SimulatedDisk({ dice: diceOf(1) }), new RecordLedger(), {
        limits,
        whenFull,
      })
      queue.reader('one')
      const result = await queue.settled(queue.queue.put([longRecord(20_000), recordOf(1)]))
      assert.deepEqual(result, { accepted: 1, dropped: 1, dropReasons: { too_large: 1 } })
    }
  })
})

test('a record that cannot be written down costs itself alone', async () => {
  const queue = await WatchedQueue.open(new SimulatedDisk({ dice: diceOf(1) }), new RecordLedger())
  queue.reader('one')
  const odd = { ...recordOf(1), message: Symbol('no text') } as never
  assert.deepEqual(await queue.settled(queue.queue.put([recordOf(1), odd, recordOf(2)])), {
    accepted: 2,
    dropped: 1,
    dropReasons: { unwritable: 1 },
  })
  assert.deepEqual((await queue.drain('one')).ids, [1, 2])
})

describe('a full queue that waits', () => {
  test('goes on when the oldest segment has been delivered', async () => {
    const { queue } = await fullQueue()
    let isSettled = false
    const waiting = queue.queue.put([longRecord(2_000)]).finally(() => {
      isSettled = true
    })
    await queue.wait(10_000)
    assert.equal(isSettled, false)
    for (let count = 0; count < 8; count++) {
      const taken = await queue.settled(queue.reader('one').take('backlog', { records: 3, bytes: 99_999 }, never))
      if (taken !== undefined) queue.reader('one').settle(taken)
    }
    assert.deepEqual(await queue.settled(waiting), { accepted: 1, dropped: 0 })
  })

  test('gives up what only an orphan waits for, counts it, and never waits for it', async () => {
    const { disk } = await fullQueue()
    const queue = await WatchedQueue.open(disk, new RecordLedger(), { limits })
    queue.reader('two')
    const [orphan] = queue.queue.orphans()
    assert.equal(orphan?.destination, 'one')
    assert.ok(orphan.bytes > limits.bytes / 2 && orphan.oldestAt !== undefined)
    const result = await queue.settled(queue.queue.put([longRecord(2_000)]))
    assert.equal(result.accepted, 1)
    assert.ok(result.dropped > 0 && result.dropReasons?.orphan === result.dropped, JSON.stringify(result))
    const left = queue.queue.orphans()[0]?.records ?? 0
    assert.equal(left, orphan.records - result.dropped)
    await queue.close()
    const back = await WatchedQueue.open(disk, new RecordLedger(), { limits })
    back.reader('one')
    const gap = await back.settled(back.reader('one').take('backlog', { records: 9, bytes: 9_999 }, never))
    assert.deepEqual(gap?.kind === 'gap' && gap.gap.reason, 'wrapped')
    assert.equal(back.reader('one').status().backlog.records, left)
  })
})

describe('an orphan', () => {
  test('keeps its backlog, gets nothing new, and goes on where it was when it is read again', async () => {
    const disk = new SimulatedDisk({ dice: diceOf(1) })
    const ledger = new RecordLedger()
    const first = await WatchedQueue.open(disk, ledger)
    first.reader('one')
    first.reader('two')
    await first.put(3)
    await first.drain('two')
    await first.close()
    const second = await WatchedQueue.open(disk, ledger)
    second.reader('two')
    await second.put(2)
    assert.deepEqual((await second.drain('two')).ids, [4, 5])
    await second.wait(60_000)
    assert.partialDeepStrictEqual(second.queue.orphans(), [{ destination: 'one', records: 3 }])
    assert.ok(disk.bytes > 300, 'its records are kept')
    await second.close()
    const third = await WatchedQueue.open(disk, ledger)
    assert.deepEqual((await third.drain('one')).ids, [1, 2, 3])
    assert.deepEqual(third.queue.orphans(), [])
  })
})

describe('a destination with a wrap', () => {
  const wrap = { bytes: 4_000, ageMs: 3_600_000 }

  test('keeps what is delivered until newer records of so many bytes stand there', async () => {
    const disk = new SimulatedDisk({ dice: diceOf(1) })
    const ledger = new RecordLedger()
    const queue = await WatchedQueue.open(disk, ledger)
    queue.reader('one', { wrap })
    for (let put = 0; put < 30; put++) {
      await queue.put(5)
      await queue.drain('one')
      await queue.wait(1_000)
    }
    assert.ok(segmentBytes(disk) > wrap.bytes && segmentBytes(disk) < wrap.bytes + 3_000, `${segmentBytes(disk)} bytes`)
    await queue.close()
    assert.ok(segmentBytes(disk) > wrap.bytes, 'also while nobody reads')
  })

  test('is told what was not delivered by then', async () => {
    const queue = await WatchedQueue.open(new SimulatedDisk({ dice: diceOf(1) }), new RecordLedger())
    queue.reader('one', { wrap })
    for (let put = 0; put < 30; put++) await queue.put(5)
    await queue.wait(2_000)
    const { ids, gaps } = await queue.drain('one')
    assert.equal(gaps.length, 1)
    assert.equal(gaps[0]?.reason, 'wrapped')
    assert.equal(ids.length + (gaps[0]?.records ?? 0), 150)
    assert.equal(ids.at(-1), 150)
  })

  test('removes by the time that the queue was open: no jump of the clock removes anything, and it goes on after a restart', async () => {
    const disk = new SimulatedDisk({ dice: diceOf(1) })
    const ledger = new RecordLedger()
    const first = await WatchedQueue.open(disk, ledger)
    first.reader('one', { wrap: { bytes: 1_000_000, ageMs: 60_000 } })
    await first.put(5)
    await first.drain('one')
    first.clock.jump(86_400_000)
    await first.wait(30_000)
    assert.ok(segmentBytes(disk) > 0)
    await first.close()
    const second = await WatchedQueue.open(disk, ledger)
    second.reader('one', { wrap: { bytes: 1_000_000, ageMs: 60_000 } })
    second.clock.jump(-86_400_000)
    await second.wait(20_000)
    assert.ok(segmentBytes(disk) > 0)
    await second.wait(50_000)
    assert.equal(segmentBytes(disk), 0)
  })
})

const never = new AbortController().signal

type Step =
  | { readonly do: 'put'; readonly count: number; readonly length: number }
  | { readonly do: 'deliver' | 'refuse'; readonly times: number }
  | { readonly do: 'wait' | 'restart' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('put' as const),
      count: fc.integer({ min: 1, max: 12 }),
      length: fc.integer({ min: 10, max: 2_500 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('deliver' as const, 'refuse' as const),
      times: fc.integer({ min: 1, max: 6 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('wait' as const, 'restart' as const) }) },
)

interface Run {
  readonly disk: SimulatedDisk
  readonly queue: WatchedQueue
  readonly reader: QueueReader
}

async function start(disk: SimulatedDisk, whenFull: 'wait' | 'drop_oldest' | 'drop_newest'): Promise<Run> {
  const queue = await WatchedQueue.open(disk, new RecordLedger(), { limits, whenFull, segmentBytes: 8_192 })
  return { disk, queue, reader: queue.reader('one') }
}

async function take(run: Run, next: Step, whenFull: 'wait' | 'drop_oldest' | 'drop_newest'): Promise<Run> {
  const { queue, reader, disk } = run
  switch (next.do) {
    case 'put': {
      // A queue that waits for room is asked only for what it may have.
      if (whenFull === 'wait' && disk.bytes + next.count * (next.length + 200) > limits.bytes / 2) return run
      await queue.settled(queue.queue.put(Array.from({ length: next.count }, () => longRecord(next.length))))
      return run
    }
    case 'deliver':
    case 'refuse':
      for (let time = 0; time < next.times; time++) await deliver(queue, reader, next.do)
      return run
    case 'wait':
      await queue.wait(6_000)
      return run
    case 'restart':
      await queue.close()
      return start(disk, whenFull)
  }
}

async function deliver(queue: WatchedQueue, reader: QueueReader, how: 'deliver' | 'refuse'): Promise<void> {
  for (const lane of ['backlog', 'live'] as const) {
    if (reader.status()[lane].records === 0) continue
    const taken = await queue.settled(reader.take(lane, { records: 5, bytes: 10_000 }, never))
    if (taken === undefined) continue
    if (how === 'refuse') await queue.settled(reader.setAside(numbered(taken), 'of no use'))
    reader.settle(taken)
  }
}

function numbered(taken: Taken) {
  if (taken.kind === 'gap') return []
  return taken.batch.records.map((record, index) => ({ sequence: taken.batch.first + BigInt(index), record }))
}

function longRecord(length: number) {
  return { ...recordOf(1), message: 'x'.repeat(length) } as ReturnType<typeof recordOf>
}

async function fullQueue() {
  const disk = new SimulatedDisk({ dice: diceOf(1) })
  const queue = await WatchedQueue.open(disk, new RecordLedger(), {
    limits,
    whenFull: 'drop_newest',
    segmentBytes: 8_192,
  })
  queue.reader('one')
  for (let dropped = 0; dropped === 0; ) ({ dropped } = await queue.settled(queue.queue.put([longRecord(2_000)])))
  await queue.close()
  const again = await WatchedQueue.open(disk, new RecordLedger(), { limits, segmentBytes: 8_192 })
  again.reader('one')
  return { disk, queue: again }
}

function segmentBytes(disk: SimulatedDisk): number {
  return [...disk.files].reduce((sum, [path, { byteLength }]) => (path.endsWith('.seg') ? sum + byteLength : sum), 0)
}
