import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { diceOf, SimulatedDisk } from './testkit/simulated-disk.ts'
import { PowerCut, RecordLedger, WatchedQueue } from './testkit/watched-queue.ts'

/** What is known of the queue beside the ledger. */
interface Model {
  /** Deliveries that are on their way. */
  taken: number
}

/** The queue of now, which crashes replace. */
interface Real {
  disk: SimulatedDisk
  queue: WatchedQueue
  readonly ledger: RecordLedger
  readonly underWay: { name: string; taken: NonNullable<Awaited<ReturnType<WatchedQueue['take']>>> }[]
}

type Command = fc.AsyncCommand<Model, Real>

const names = ['one', 'two'] as const
const name = fc.constantFrom(...names)

test('whatever is done, and whenever the power goes, the program is killed or the disk fails: all that was acknowledged comes out', () =>
  fc.assert(
    fc.asyncProperty(fc.commands(commands(), { maxCommands: 40 }), fc.nat(), async (run, seed) => {
      const disk = new SimulatedDisk({ dice: diceOf(seed) })
      const ledger = new RecordLedger()
      const queue = await WatchedQueue.open(disk, ledger)
      const real: Real = { disk, queue, ledger, underWay: [] }
      for (const each of names) queue.reader(each)
      await fc.asyncModelRun(() => ({ model: { taken: 0 }, real }), run)
      await checkEverythingComes(real)
    }),
    { numRuns: 300 },
  ))

function commands(): fc.Arbitrary<Command>[] {
  const count = fc.integer({ min: 1, max: 6 })
  return [
    count.map((records) => command(`put ${records}`, async ({ queue }) => void (await queue.put(records)))),
    fc.tuple(name, fc.constantFrom('live' as const, 'backlog' as const)).map(([of, lane]) =>
      command(`take ${lane} for ${of}`, async (real) => {
        const taken = await real.queue.take(of, lane)
        if (taken !== undefined) real.underWay.push({ name: of, taken })
      }),
    ),
    fc.constant(
      command('settle', async ({ queue, underWay }) => {
        const done = underWay.shift()
        if (done !== undefined) queue.settle(done.name, done.taken)
      }),
    ),
    fc.constant(
      command('release', async ({ queue, underWay }) => {
        const back = underWay.pop()
        if (back !== undefined) queue.reader(back.name).release(back.taken)
      }),
    ),
    name.map((of) => command(`split ${of}`, async ({ queue }) => queue.reader(of).split())),
    fc.integer({ min: 100, max: 8_000 }).map((ms) => command(`wait ${ms} ms`, async ({ queue }) => queue.wait(ms))),
    fc.constant(
      command('restart', async (real) => {
        await real.queue.close()
        await reopen(real)
      }),
    ),
    fc.nat({ max: 30 }).map((calls) =>
      command(`power cut after ${calls} calls`, async (real) => {
        const last = real.disk.calls + calls
        real.disk.fault = (number) => (number > last ? 'power_cut' : undefined)
      }),
    ),
    fc.constant(command('kill', async (real) => reopen(real))),
    fc.tuple(fc.nat({ max: 20 }), count, fc.constantFrom('EIO', 'ENOSPC')).map(([calls, failing, code]) =>
      command(`${failing} times ${code} after ${calls} calls`, async ({ disk }) => {
        const first = disk.calls + calls
        disk.fault = (number, call) =>
          number > first && number <= first + failing && (code === 'EIO' || /write|create|sync/.test(call))
            ? code
            : undefined
      }),
    ),
  ]
}

function command(what: string, run: (real: Real) => Promise<void>): Command {
  return {
    check: () => true,
    toString: () => what,
    async run(_model, real) {
      try {
        await run(real)
      } catch (error) {
        if (!(error instanceof PowerCut)) throw error
        real.disk = SimulatedDisk.of(real.disk.afterPowerCut(), { dice: real.disk.dice })
        await reopen(real)
      }
    },
  }
}

/** Another program finds what there is. */
async function reopen(real: Real): Promise<void> {
  real.disk.fault = () => undefined
  real.underWay.length = 0
  real.queue = await WatchedQueue.open(real.disk, real.ledger)
  for (const each of names) real.queue.reader(each)
}

async function checkEverythingComes(real: Real): Promise<void> {
  await reopen(real)
  for (const each of names) {
    const owed = real.ledger.owed(each)
    const { ids, gaps } = await real.queue.drain(each)
    assert.deepEqual(
      owed.filter((id) => !ids.includes(id)),
      [],
      `acknowledged for ${each} and not there`,
    )
    assert.deepEqual(
      gaps.filter(({ reason }) => reason !== 'quarantined'),
      [],
      'nothing is lost',
    )
  }
  await real.queue.close()
}
