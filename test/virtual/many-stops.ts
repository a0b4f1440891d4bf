import assert from 'node:assert/strict'
import type { Queue } from '@headwatch/pipeline'
import type { Batch, Source } from '@headwatch/protocol'
import { RetryableError } from '@headwatch/sdk'
import type { Chance } from '../kills/seeded.ts'
import { startAgentLine } from './agent-line.ts'
import { HeapClock } from './heap-clock.ts'
import { quietDisk } from './quiet-disk.ts'

export interface ManyStopsOptions {
  /** Opens the same folder every time. */
  readonly makeQueue: (source: Source, clock: HeapClock) => Promise<Queue>
  readonly stops: number
  readonly chance: Chance
}

/** Numbers that the pipeline took, and those that arrived; what arrived again is counted once. */
export interface ManyStops {
  readonly kept: number
  readonly missing: readonly number[]
  /** Longest from being asked to stop to the end, in virtual milliseconds. */
  readonly longestMs: number
}

const drainMs = 200

/** Stops a pipeline under load again and again, with a destination that is slow, away, or well, and looks at the end what is missing. */
export async function manyStops({ makeQueue, stops, chance }: ManyStopsOptions): Promise<ManyStops> {
  const clock = new HeapClock()
  const arrived = new Set<number>()
  const kept: number[] = []
  let number = 0
  let longestMs = 0
  const run = async (mood: 'well' | 'slow' | 'away', isLast: boolean) => {
    const exporter = () => ({
      inFlight: 4,
      async export({ records }: Batch, signal: AbortSignal) {
        if (mood === 'away') throw new RetryableError('nobody is there')
        await clock.sleep(mood === 'slow' ? 150 : 1, signal)
        for (const record of records)
          if (record.type === 'metrics') arrived.add(Number(record.readings['number_count']))
      },
    })
    const makeOwn = (source: Source) => makeQueue(source, clock)
    const line = await startAgentLine({ clock, makeQueue: makeOwn, exporters: { far: exporter } })
    const tell = async () => {
      const mine = ++number
      await line.accept([{ type: 'metrics', readings: { number_count: mine } }]).then(
        () => kept.push(mine),
        () => undefined,
      )
    }
    const telling = Array.from({ length: chance.between(1, 40) }, tell)
    if (isLast || chance.next() < 0.5) await Promise.all(telling)
    await clock.advance(isLast ? 60_000 : chance.between(0, 100), quietDisk)
    const askedAt = clock.monotonicMs()
    const stopping = line.pipelines.drain(drainMs)
    let isOver = false
    void stopping.then(() => {
      isOver = true
    })
    while (!isOver) await clock.advance(5, quietDisk)
    longestMs = Math.max(longestMs, clock.monotonicMs() - askedAt)
    await Promise.all([stopping, ...telling])
  }
  for (let stop = 0; stop < stops; stop++) await run(chance.oneOf(['well', 'slow', 'away']), false)
  await run('well', true)
  assert.ok(kept.length > stops, 'the pipeline took something each time')
  return { kept: kept.length, missing: kept.filter((each) => !arrived.has(each)), longestMs }
}
