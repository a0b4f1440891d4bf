import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Lane } from '@headwatch/protocol'
import fc from 'fast-check'
import type { Queue, QueueLimits, QueueReader, WhenFull } from './queue.ts'
import { type FreshQueue, healthExamples, takeNow, takingExamples, whenFullExamples } from './queue-examples.ts'
import { LogModel, numbersOf, ReaderModel, recordOf } from './queue-model.ts'

/** Where and how a queue is to be made; each call gets a folder of its own that does not exist yet. */
export interface QueueWanted {
  readonly folder: string
  readonly limits: QueueLimits
  readonly whenFull: WhenFull
}

export type MakeQueue = (wanted: QueueWanted) => Queue | Promise<Queue>

/**
 * Registers the tests that every queue passes: order in a lane, each number once until it is released, bounds, named
 * policies, every promise settled, and that accepted = settled + gaps + waiting + taken for every destination, always.
 */
export function checkQueue(name: string, make: MakeQueue): void {
  describe(`the queue "${name}"`, { timeout: 120_000 }, () => {
    let folder = ''
    let made = 0
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'headwatch-queue-'))
    })
    after(() => rm(folder, { recursive: true, force: true }))
    const fresh: FreshQueue = async (whenFull, records = 4) =>
      make({ folder: join(folder, String(made++)), limits: { records, bytes: 1_000_000 }, whenFull })

    for (const whenFull of ['wait', 'drop_oldest', 'drop_newest'] as const) {
      test(`keeps its promises whatever is done with it, ${whenFull}`, () =>
        fc.assert(
          fc.asyncProperty(fc.integer({ min: 1, max: 12 }), fc.array(step, { maxLength: 60 }), async (records, steps) =>
            runSteps(await fresh(whenFull, records), { records, whenFull }, steps),
          ),
          { numRuns: 150 },
        ))
    }
    whenFullExamples(fresh)
    takingExamples(fresh)
    healthExamples(fresh)
  })
}

type Step =
  | { readonly do: 'put'; readonly count: number }
  | { readonly do: 'take'; readonly reader: number; readonly lane: Lane; readonly records: number }
  | { readonly do: 'settle' | 'release'; readonly reader: number; readonly which: number }
  | { readonly do: 'split' | 'read'; readonly reader: number }
  | { readonly do: 'close' }

const reader = fc.nat({ max: 2 })
const lane = fc.constantFrom<Lane>('live', 'backlog')
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('put' as const), count: fc.nat({ max: 6 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('take' as const), reader, lane, records: fc.integer({ min: 1, max: 5 }) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('settle' as const), reader, which: fc.nat({ max: 9 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('release' as const), reader, which: fc.nat({ max: 9 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('split' as const), reader }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('read' as const), reader }) },
  { weight: 1, arbitrary: fc.constant({ do: 'close' as const }) },
)

interface Attached {
  readonly reader: QueueReader
  readonly model: ReaderModel
  /** Accepted before this destination was there. */
  readonly acceptedBefore: number
}

/** A queue and what it must be like. */
interface Run {
  readonly queue: Queue
  readonly rules: { readonly records: number; readonly whenFull: WhenFull }
  readonly log: LogModel
  readonly attached: Map<number, Attached>
  nextId: number
  isClosed: boolean
}

async function runSteps(queue: Queue, rules: Run['rules'], steps: readonly Step[]): Promise<void> {
  const run: Run = { queue, rules, log: new LogModel(), attached: new Map(), nextId: 1, isClosed: false }
  try {
    attach(run, 0)
    for (const next of steps) {
      await doStep(run, next)
      for (const attached of run.attached.values()) checkStatus(run, attached)
    }
    await drain(run)
  } finally {
    await queue[Symbol.asyncDispose]()
  }
}

async function doStep(run: Run, next: Step): Promise<void> {
  if (next.do === 'put') return put(run, next.count)
  if (next.do === 'close') {
    run.queue.close()
    run.isClosed = true
    return
  }
  if (next.do === 'read') return attach(run, next.reader)
  const attached = run.attached.get(next.reader)
  if (attached === undefined) return
  switch (next.do) {
    case 'take':
      return takeFrom(run, attached, next.lane, next.records)
    case 'split':
      attached.reader.split()
      return attached.model.split()
    case 'settle':
    case 'release': {
      const { taken } = attached.model
      const chosen = taken[next.which % Math.max(1, taken.length)]
      if (chosen === undefined) return
      attached.reader[next.do](chosen)
      return attached.model[next.do](chosen)
    }
  }
}

function attach(run: Run, index: number): void {
  if (run.isClosed || run.attached.has(index)) return
  const made = {
    reader: run.queue.reader(`destination_${index}`),
    model: new ReaderModel(),
    acceptedBefore: run.log.accepted,
  }
  run.attached.set(index, made)
}

/** With `wait` no more is put than there is room for: waiting has examples of its own. */
async function put(run: Run, wanted: number): Promise<void> {
  const { whenFull, records: limit } = run.rules
  const room = limit - Math.max(0, ...[...run.attached.values()].map(heldBy))
  const count = whenFull === 'wait' && !run.isClosed ? Math.min(wanted, room) : wanted
  const records = Array.from({ length: count }, () => recordOf(run.nextId++))
  const result = await run.queue.put(records)
  run.log.put(
    result,
    [...run.attached.values()].map(({ model }) => model),
  )
  if (run.isClosed) assert.deepEqual(result, { accepted: 0, dropped: count })
  else if (whenFull === 'drop_oldest') assert.equal(result.accepted, count)
  else {
    assert.equal(result.accepted + result.dropped, count)
    assert.ok(result.accepted >= Math.min(count, room), `${result.accepted} accepted with room for ${room}`)
  }
}

/** The span from the oldest unsettled number on: what a log must keep for this destination. */
function heldBy({ model }: Attached): number {
  const open = [...model.waiting.live, ...model.waiting.backlog, ...model.taken.flatMap(numbersOf)]
  const newest = model.known
  return open.length === 0 ? 0 : newest - Number(open.reduce((least, n) => (n < least ? n : least)) - firstOf(model))
}

/** The lowest number this destination ever saw. */
function firstOf(model: ReaderModel): bigint {
  const all = [
    ...model.settled,
    ...model.gaps,
    ...model.waiting.live,
    ...model.waiting.backlog,
    ...model.taken.flatMap(numbersOf),
  ]
  return all.reduce((least, n) => (n < least ? n : least))
}

async function takeFrom(run: Run, { reader, model }: Attached, lane: Lane, records: number): Promise<void> {
  const limits = { records, bytes: 1_000_000 }
  if (model.waiting[lane].length === 0) {
    const taken = await reader.take(lane, limits, run.isClosed ? new AbortController().signal : AbortSignal.abort())
    assert.equal(taken, undefined)
    return
  }
  const taken = await reader.take(lane, limits, new AbortController().signal)
  assert.ok(taken !== undefined, `nothing came of ${model.waiting[lane].length} waiting`)
  if (run.rules.whenFull !== 'drop_oldest') assert.equal(taken.kind, 'batch', 'only drop_oldest makes gaps')
  assert.deepEqual(taken.kind === 'batch' ? taken.batch.source : taken.gap.source, run.queue.source)
  model.take(lane, taken, records)
  run.log.read(taken)
}

function checkStatus({ rules, log }: Run, { reader, model, acceptedBefore }: Attached): void {
  assert.equal(model.known, log.accepted - acceptedBefore, 'accepted = settled + gaps + waiting + taken')
  const status = reader.status()
  assert.ok(status.live.records + status.backlog.records <= rules.records, 'more waits than the bound allows')
  for (const lane of ['live', 'backlog'] as const) {
    const { records, bytes, oldestAt } = status[lane]
    if (rules.whenFull === 'drop_oldest') assert.ok(records <= model.waiting[lane].length)
    else assert.equal(records, model.waiting[lane].length, `records waiting in ${lane}`)
    assert.equal(bytes > 0, records > 0)
    assert.equal(oldestAt !== undefined, records > 0)
  }
}

/** After the end everything that was accepted can still be had, and is settled or declared missing, once. */
async function drain(run: Run): Promise<void> {
  run.queue.close()
  run.isClosed = true
  for (const attached of run.attached.values()) {
    const { model, reader, acceptedBefore } = attached
    for (const taken of [...model.taken]) {
      reader.release(taken)
      model.release(taken)
    }
    for (const lane of ['backlog', 'live'] as const)
      while (model.waiting[lane].length > 0) await takeFrom(run, attached, lane, 3)
    for (const taken of [...model.taken]) {
      reader.settle(taken)
      model.settle(taken)
    }
    assert.equal(model.settled.size + model.gaps.size, run.log.accepted - acceptedBefore)
    assert.deepEqual(await takeNow(reader, 'live'), undefined)
  }
}
