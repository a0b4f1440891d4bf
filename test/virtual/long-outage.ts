import assert from 'node:assert/strict'
import type { Queue } from '@headwatch/pipeline'
import type { Batch, Lane, Source, Telemetry } from '@headwatch/protocol'
import { RetryableError } from '@headwatch/sdk'
import { startAgentLine } from './agent-line.ts'
import { HeapClock } from './heap-clock.ts'
import { oneTurn, quietDisk } from './quiet-disk.ts'

export interface LongOutageOptions {
  readonly makeQueue: (source: Source, clock: HeapClock) => Promise<Queue>
  readonly hours: number
  /** At the agent, while the destination is away. */
  readonly recordsPerHour: number
  readonly batchRecords: number
  /** How long the destination takes for a batch, in milliseconds; it takes eight at once. */
  readonly batchMs: number
}

/** What came of an outage. Times are virtual. */
export interface LongOutage {
  readonly records: number
  readonly drainS: number
  /** Longest from a record's birth to its arrival, of those born since the first arrival. */
  readonly worstLiveMs: number
  /** How many those were. */
  readonly live: number
  readonly byLane: Readonly<Record<Lane, number>>
}

const hourMs = 3_600_000
const stepMs = 600_000
/** While the backlog drains. */
const liveEveryMs = 1_000

/** A destination is away for hours while records go on, comes back, and gets all of it while fresh ones come too. */
export async function longOutage(options: LongOutageOptions): Promise<LongOutage> {
  const { hours, recordsPerHour, batchRecords, batchMs, makeQueue } = options
  const clock = new HeapClock()
  const arrived = new Map<number, { readonly atMs: number; readonly lane: Lane }>()
  let isAway = true
  const exporter = () => ({
    inFlight: 8,
    acknowledges: true,
    async export({ records, lane }: Batch, signal: AbortSignal) {
      if (isAway) throw new RetryableError('nobody is there')
      await clock.sleep(batchMs, signal)
      for (const number of records.flatMap(numberOf)) {
        assert.ok(!arrived.has(number), `${number} came twice`)
        arrived.set(number, { atMs: clock.monotonicMs(), lane })
      }
    },
  })
  const line = await startAgentLine({
    clock,
    makeQueue: (source) => makeQueue(source, clock),
    exporters: { far: exporter },
    settings: { retention: 'acked', batchRecords, retryMaxMs: 600_000 },
  })
  const bornAtMs: number[] = []
  const tell = async (count: number) => {
    const first = bornAtMs.length
    for (let index = 0; index < count; index++) bornAtMs.push(clock.monotonicMs())
    await line.accept(Array.from({ length: count }, (_, index) => recordOf(first + index)))
  }
  for (let step = 0; step < (hours * hourMs) / stepMs; step++) {
    await tell((recordsPerHour * stepMs) / hourMs)
    await clock.advance(0, quietDisk)
    await clock.advance(stepMs, oneTurn)
  }
  isAway = false
  const backAtMs = clock.monotonicMs()
  while (arrived.size < bornAtMs.length) {
    await tell(1)
    await clock.advance(liveEveryMs, quietDisk)
    assert.ok(clock.monotonicMs() - backAtMs < hours * hourMs, `${arrived.size} of ${bornAtMs.length} have come`)
  }
  const drainS = Math.round((clock.monotonicMs() - backAtMs) / 1_000)
  // Before anything arrives nobody knows that the destination is back.
  const noticedAtMs = arrived.values().reduce((first, { atMs }) => Math.min(first, atMs), Number.POSITIVE_INFINITY)
  const ages = bornAtMs.flatMap((bornMs, number) =>
    bornMs > noticedAtMs ? [(arrived.get(number)?.atMs ?? Number.POSITIVE_INFINITY) - bornMs] : [],
  )
  const worstLiveMs = ages.reduce((worst, age) => Math.max(worst, age), 0)
  const byLane = { live: 0, backlog: 0 }
  for (const { lane } of arrived.values()) byLane[lane]++
  await line.pipelines.drain(0)
  return { records: bornAtMs.length, drainS, worstLiveMs, live: ages.length, byLane }
}

function recordOf(number: number): Telemetry {
  return { type: 'metrics', readings: { number_count: number } }
}

/** None for what is not from the test: the pipeline's own alarms about its queue. */
function numberOf(record: Telemetry): number[] {
  return record.type === 'metrics' ? [Number(record.readings['number_count'])] : []
}
