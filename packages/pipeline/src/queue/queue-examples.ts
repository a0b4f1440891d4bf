import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Lane } from '@headwatch/protocol'
import type { Queue, QueueReader, Taken, WhenFull } from './queue.ts'
import { idOf, numbersOf, recordOf } from './queue-model.ts'

/** Makes an empty queue that holds `records`. */
export type FreshQueue = (whenFull: WhenFull, records?: number) => Promise<Queue>

/** What a full queue does, by its policy. */
export function whenFullExamples(fresh: FreshQueue): void {
  test('makes a put wait for room, the first to come first', async () => {
    await using queue = await fresh('wait', 2)
    const one = queue.reader('one')
    await queue.put([recordOf(1), recordOf(2)])
    const settled: string[] = []
    const third = queue.put([recordOf(3)]).then(() => settled.push('third'))
    const fourth = queue.put([recordOf(4)]).then(() => settled.push('fourth'))
    const taken = await takeNow(one, 'live', 1)
    assert.deepEqual(settled, [], 'what is taken still needs its place')
    if (taken !== undefined) one.settle(taken)
    await third
    assert.deepEqual(settled, ['third'])
    for (let next = await takeNow(one, 'live'); next !== undefined; next = await takeNow(one, 'live')) {
      one.settle(next)
      if (next.kind === 'batch' && next.batch.records.some((record) => idOf(record) === 3)) break
    }
    await fourth
    assert.deepEqual(settled, ['third', 'fourth'])
  })

  test('settles a put that waits when it closes, and keeps what it had', async () => {
    await using queue = await fresh('wait', 1)
    const one = queue.reader('one')
    await queue.put([recordOf(1)])
    const waiting = queue.put([recordOf(2), recordOf(3)])
    queue.close()
    assert.deepEqual(await waiting, { accepted: 0, dropped: 2 })
    assert.deepEqual(ids(await takeNow(one, 'live')), [1])
  })

  test('keeps the newest where it drops the oldest, and says what is missing', async () => {
    await using queue = await fresh('drop_oldest', 2)
    const one = queue.reader('one')
    const put = await queue.put([1, 2, 3, 4, 5].map(recordOf))
    assert.deepEqual(put, { accepted: 5, dropped: 3 })
    const gap = await takeNow(one, 'live')
    assert.equal(gap?.kind, 'gap')
    assert.equal(gap && numbersOf(gap).length, 3)
    assert.deepEqual(ids(await takeNow(one, 'live')), [4, 5])
  })

  test('tells the producer where it drops the newest', async () => {
    await using queue = await fresh('drop_newest', 2)
    const one = queue.reader('one')
    assert.deepEqual(await queue.put([1, 2, 3].map(recordOf)), { accepted: 2, dropped: 1 })
    assert.deepEqual(ids(await takeNow(one, 'live')), [1, 2])
  })
}

/** How takes wait, end, and keep out of each other's way. */
export function takingExamples(fresh: FreshQueue): void {
  test('wakes a take that waits, for each lane on its own', async () => {
    await using queue = await fresh('wait')
    const one = queue.reader('one')
    const backlog = one.take('backlog', { records: 9, bytes: 9_999 }, new AbortController().signal)
    const live = one.take('live', { records: 9, bytes: 9_999 }, new AbortController().signal)
    await queue.put([recordOf(1)])
    assert.deepEqual(ids(await live), [1])
    await queue.put([recordOf(2)])
    one.split()
    assert.deepEqual(ids(await backlog), [2])
  })

  test('ends a take that waits when its signal aborts and when the queue closes', async () => {
    await using queue = await fresh('wait')
    const one = queue.reader('one')
    const stop = new AbortController()
    const aborted = one.take('live', { records: 9, bytes: 9_999 }, stop.signal)
    const closed = one.take('backlog', { records: 9, bytes: 9_999 }, new AbortController().signal)
    stop.abort()
    assert.equal(await aborted, undefined)
    queue.close()
    assert.equal(await closed, undefined)
  })

  test('never lets a destination that takes nothing hold another one up', async () => {
    await using queue = await fresh('drop_oldest', 3)
    queue.reader('dead')
    const alive = queue.reader('alive')
    for (let id = 1; id <= 20; id++) {
      await queue.put([recordOf(id)])
      const taken = await takeNow(alive, 'live')
      assert.deepEqual(ids(taken), [id])
      if (taken !== undefined) alive.settle(taken)
    }
  })

  test('refuses a second reader of one name', async () => {
    await using queue = await fresh('wait')
    queue.reader('one')
    assert.throws(() => queue.reader('one'))
  })
}

/** What a queue says about itself, and what it keeps for people. */
export function healthExamples(fresh: FreshQueue): void {
  test('says nothing is wrong while nothing is', async () => {
    await using queue = await fresh('wait')
    queue.reader('one')
    await queue.put([recordOf(1)])
    const { bytesOnDisk, quarantinedRecords, problem } = queue.health()
    assert.ok(bytesOnDisk >= 0)
    assert.deepEqual({ quarantinedRecords, problem }, { quarantinedRecords: 0, problem: undefined })
  })

  test('lists no destination that is read, or has nothing waiting, as an orphan', async () => {
    await using queue = await fresh('wait')
    queue.reader('one')
    const two = queue.reader('two')
    await queue.put([recordOf(1)])
    const taken = await takeNow(two, 'live')
    if (taken !== undefined) two.settle(taken)
    await two[Symbol.asyncDispose]()
    assert.deepEqual(queue.orphans(), [])
  })

  test('still waits for what was set aside to be settled', async () => {
    await using queue = await fresh('wait')
    const one = queue.reader('one')
    await queue.put([recordOf(1), recordOf(2)])
    const taken = await takeNow(one, 'live')
    assert.equal(taken?.kind, 'batch')
    if (taken?.kind !== 'batch') return
    await one.setAside([{ sequence: taken.batch.first, record: recordOf(1) }], 'refused by the checker')
    one.release(taken)
    assert.deepEqual(ids(await takeNow(one, 'live')), [1, 2])
  })
}

/** The next run where one waits; undefined where none does. */
export async function takeNow(reader: QueueReader, lane: Lane, records = 100): Promise<Taken | undefined> {
  const status = reader.status()[lane]
  const signal = status.records === 0 ? AbortSignal.abort() : new AbortController().signal
  return reader.take(lane, { records, bytes: 1_000_000 }, signal)
}

function ids(taken: Taken | undefined): number[] | undefined {
  return taken?.kind === 'batch' ? taken.batch.records.map(idOf) : undefined
}
