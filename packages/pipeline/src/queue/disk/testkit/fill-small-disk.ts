// node fill-small-disk.ts FOLDER POLICY: fills the disk that FOLDER is, makes room, and prints what became of it.
import { rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fakeLogger, fakeMeter } from '@headwatch/sdk/testkit'
import { systemClock } from '../../../system-clock.ts'
import type { PutResult, WhenFull } from '../../queue.ts'
import { openDiskQueue } from '../open-disk-queue.ts'
import { idOf, recordOf } from './watched-queue.ts'

export interface SmallDiskOutcome {
  readonly accepted: number
  readonly refused: number
  readonly delivered: number
  readonly gaps: number
  readonly problem: string | undefined
  readonly problemAfterwards: string | undefined
  /** Records that were accepted once there was room again. */
  readonly acceptedAfterwards: number
  readonly isInOrder: boolean
}

const [folder = '', policy = 'wait'] = process.argv.slice(2)
const ballast = join(folder, 'ballast')
const logger = fakeLogger()
/** More than the disk has. */
const limits = { records: 10_000, bytes: 2 * 1024 * 1024 }

function open() {
  return openDiskQueue({
    folder: join(folder, 'queue'),
    source: { agent: 'a', stream: 'main', epoch: 'e' },
    limits,
    whenFull: policy as WhenFull,
    clock: systemClock,
    logger,
    meter: fakeMeter(),
  })
}

if (import.meta.main) {
  if (statfsSync(folder).blocks * statfsSync(folder).bsize > 4 * 1024 * 1024)
    throw new Error(`${folder} is no small disk`)
  process.stdout.write(JSON.stringify(await run()))
}

async function run(): Promise<SmallDiskOutcome> {
  writeFileSync(ballast, Buffer.alloc(300 * 1024))
  const queue = await open()
  queue.reader('one')
  let nextId = 1
  const total = { accepted: 0, refused: 0 }
  const put = async () => {
    const records = Array.from({ length: 10 }, () => ({
      ...recordOf(nextId),
      message: `${nextId++} ${'x'.repeat(2_000)}`,
    }))
    count(total, await queue.put(records as never), records.length)
  }
  let waiting = Promise.resolve()
  while (problem() === undefined || (policy !== 'wait' && nextId < 1_000)) {
    waiting = put()
    // A put that waits is left waiting; the others always come to an end.
    await (policy === 'wait' ? Promise.race([waiting, untilProblem()]) : waiting)
  }
  rmSync(ballast)
  await waiting
  const before = total.accepted
  await put()
  const acceptedAfterwards = total.accepted - before
  await Promise.race([untilWell(), pause(10_000)])
  const problemAfterwards = queue.health().problem
  await queue[Symbol.asyncDispose]()
  return { ...total, ...(await drained()), problem: problem(), problemAfterwards, acceptedAfterwards }

  async function untilWell(): Promise<void> {
    while (queue.health().problem !== undefined) await pause(50)
  }

  async function untilProblem(): Promise<void> {
    while (problem() === undefined) await pause(5)
  }
}

/** The first that the queue has told; by now it may have helped itself. */
function problem(): string | undefined {
  const told = logger.lines.find(({ level }) => level === 'error')?.fields?.problem
  return typeof told === 'string' ? told : undefined
}

function count(total: { accepted: number; refused: number }, { accepted }: PutResult, records: number): void {
  total.accepted += accepted
  total.refused += records - accepted
}

async function drained() {
  await using queue = await open()
  const one = queue.reader('one')
  const ids: number[] = []
  let gaps = 0
  while (one.status().backlog.records > 0) {
    const taken = await one.take('backlog', limits, new AbortController().signal)
    if (taken?.kind === 'batch') ids.push(...taken.batch.records.map(idOf))
    else if (taken !== undefined) gaps += Number(taken.gap.last - taken.gap.first) + 1
    if (taken !== undefined) one.settle(taken)
  }
  return { delivered: ids.length, gaps, isInOrder: ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? 0)) }
}
