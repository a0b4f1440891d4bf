import type { Queue } from '@headwatch/pipeline'
import type { Batch, Source } from '@headwatch/protocol'
import { type Exporter, RetryableError } from '@headwatch/sdk'
import { startAgentLine } from './agent-line.ts'
import { HeapClock } from './heap-clock.ts'
import { oneTurn, quietDisk } from './quiet-disk.ts'

/** How a destination is dead. */
export type Death = 'refuses' | 'hangs'

export interface DeadDestinationOptions {
  readonly makeQueue: (source: Source, clock: HeapClock) => Promise<Queue>
  /** Those beside the one that lives, each dead in its way. */
  readonly deaths: readonly Death[]
  readonly hours: number
}

/** Virtual milliseconds from a record's birth to its arrival at the destination that lives. */
export interface Neighbour {
  readonly arrived: number
  readonly worstMs: number
  /** What waits for the dead ones, all together. */
  readonly waiting: number
}

const recordEveryMs = 60_000

/** One record a minute for several destinations, of which all but one are dead all the time; what that one sees of it. */
export async function besideDeadDestination(options: DeadDestinationOptions): Promise<Neighbour> {
  const { makeQueue, deaths, hours } = options
  const clock = new HeapClock()
  let arrived = 0
  let worstMs = 0
  const living = (): Exporter => ({
    async export({ records }: Batch) {
      for (const { type, at } of records) {
        if (type !== 'metrics') continue // The pipeline's own alarms about the dead.
        arrived++
        worstMs = Math.max(worstMs, clock.now() - at)
      }
    },
  })
  const line = await startAgentLine({
    clock,
    makeQueue: (source) => makeQueue(source, clock),
    exporters: { living, ...Object.fromEntries(deaths.map((death) => [death, () => dead(death)])) },
  })
  const count = (hours * 3_600_000) / recordEveryMs
  for (let number = 0; number < count; number++) {
    await line.accept([{ type: 'metrics', readings: { number_count: number } }])
    await clock.advance(0, quietDisk)
    await clock.advance(recordEveryMs, oneTurn)
  }
  const { lostRecords, keptRecords } = await line.pipelines.drain(0)
  return { arrived, worstMs, waiting: lostRecords + keptRecords }
}

function dead(death: Death): Exporter {
  switch (death) {
    case 'refuses':
      return { export: () => Promise.reject(new RetryableError('nobody is there')) }
    case 'hangs':
      return { export: () => new Promise(() => undefined) }
  }
}
