import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { NativeFleetCounts, NativeFleetOptions } from '@headwatch/simulator'
import { freePort } from '../test/peers/free-port.ts'
import { type Usage, usageOf } from '../test/peers/process-usage.ts'
import { readCounter } from '../test/peers/read-counter.ts'
import { type Bench, rounded } from './bench-result.ts'
import { type Running, startHeadwatch, startNode } from './built-program.ts'

/** How a fleet sends: so many agents, a round of four records each in this time, so many rounds in a batch. */
interface Load {
  readonly agents: number
  readonly roundMs: number
  readonly roundsPerBatch: number
}

/** What one load cost the server, all of its processes together. */
interface Cost {
  readonly cpuUsPerRecord: number
  readonly recordsPerSecond: number
  readonly residentMib: number
  readonly lost: number
}

const recordsPerRound = 4
const warmUpSeconds = 10

/** The built server under native agents, acknowledging what is stored, feed on, generator and viewers in other processes. */
export const native: Bench = {
  summary:
    'CPU of the built server per record from native agents, stored before it is acknowledged, in batches of 4 and 100.',
  defaults: { recordsPerSecond: 8_000, seconds: 30, viewers: 5 },
  async run({ recordsPerSecond = 8_000, seconds = 30, viewers = 5 }, say) {
    const inFours = { agents: Math.round(recordsPerSecond / recordsPerRound), roundMs: 1_000, roundsPerBatch: 1 }
    const inHundreds = { agents: Math.round(recordsPerSecond / 20), roundMs: 200, roundsPerBatch: 25 }
    const noop = await measureNoop(inFours, seconds, say)
    const fours = await measureServer(inFours, { seconds, viewers }, say)
    const hundreds = await measureServer(inHundreds, { seconds, viewers }, say)
    return {
      figures: {
        server_cpu_us_per_record: rounded(fours.cpuUsPerRecord),
        server_cpu_us_per_record_batch_100: rounded(hundreds.cpuUsPerRecord),
        lost: fours.lost + hundreds.lost,
        records_per_second: rounded(fours.recordsPerSecond),
        records_per_second_batch_100: rounded(hundreds.recordsPerSecond),
        server_rss_mib: rounded(fours.residentMib),
      },
      baselines: { noop_cpu_us_per_record: rounded(noop.cpuUsPerRecord) },
    }
  },
}

/** Frames read and answered, and nothing done with them. */
async function measureNoop(load: Load, seconds: number, say: (line: string) => void): Promise<Cost> {
  const port = await freePort()
  await using server = startNode(['bench/noop-process.ts', String(port)])
  await server.line(/listening/)
  await using fleet = await startFleet(`127.0.0.1:${port}`, load, seconds)
  say(`noop: ${load.agents} agents are connected; measuring for ${seconds} s after ${warmUpSeconds} s…`)
  return await measure(server, fleet, load, seconds, say)
}

async function measureServer(
  load: Load,
  { seconds, viewers }: { readonly seconds: number; readonly viewers: number },
  say: (line: string) => void,
): Promise<Cost> {
  const folder = mkdtempSync(join(tmpdir(), 'headwatch-bench-'))
  const url = `127.0.0.1:${await freePort()}`
  try {
    await using server = startHeadwatch(['server', '--listen', url, '--data', join(folder, 'data')])
    await server.line(/page on/)
    await using fleet = await startFleet(url, load, seconds)
    await using watching = startNode(['bench/viewers-process.ts', `ws://${url}/api/v1/feed`, String(viewers)])
    await watching.line(/watching/)
    say(`${load.agents} agents, ${viewers} viewers are connected; measuring for ${seconds} s after ${warmUpSeconds} s…`)
    const cost = await measure(server, fleet, load, seconds, say)
    const stored = await readCounter(`http://${url}/metrics`, 'headwatch_stored_total')
    const { counts } = await countsOf(fleet)
    // Connections are stored too, as one event each.
    const missing = counts.sentRecords - (stored - load.agents)
    if (missing > 0) say(`  ${missing} records are acknowledged and not counted as stored`)
    return { ...cost, lost: Math.max(cost.lost, missing) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function startFleet(url: string, { agents, roundMs, roundsPerBatch }: Load, seconds: number): Promise<Running> {
  const options: NativeFleetOptions = {
    endpoint: `ws://${url}/agent`,
    agents,
    seed: 1,
    chainId: 1337,
    roundMs,
    roundsPerBatch,
  }
  const fleet = startNode(['bench/native-fleet-process.ts', JSON.stringify(options), String(warmUpSeconds + seconds)])
  await fleet.line(/connected/)
  return fleet
}

/** CPU over the measured time; the fleet is paced, so what it sends in that time is known. */
async function measure(
  server: Running,
  fleet: Running,
  { agents, roundMs }: Load,
  seconds: number,
  say: (line: string) => void,
): Promise<Cost> {
  await wait(warmUpSeconds * 1_000)
  const startedAt = performance.now()
  const before = usageOf(server.pid)
  await wait(seconds * 1_000)
  const after: Usage = usageOf(server.pid)
  const measuredSeconds = (performance.now() - startedAt) / 1_000
  const { counts } = await countsOf(fleet)
  const { sentRecords, sentBatches, unansweredRecords, droppedRecords, repeatedRecords, closedByServer } = counts
  const lost = unansweredRecords + droppedRecords
  say(
    `  ${sentRecords} records sent in ${sentBatches} batches, ${lost} not acknowledged, ${repeatedRecords} asked for again, generator at most ${Math.round(counts.latenessMs)} ms late, ${closedByServer} cut off`,
  )
  const recordsPerSecond = (agents * recordsPerRound * 1_000) / roundMs
  const cpuUsPerRecord = ((after.cpuSeconds - before.cpuSeconds) * 1e6) / (recordsPerSecond * measuredSeconds)
  return { cpuUsPerRecord, recordsPerSecond, residentMib: after.residentMib, lost }
}

async function countsOf(fleet: Running): Promise<{ readonly counts: NativeFleetCounts }> {
  return JSON.parse(await fleet.line(/^\{"counts"/)) as { counts: NativeFleetCounts }
}
