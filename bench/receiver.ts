import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { FleetCounts } from '@headwatch/simulator'
import { freePort } from '../test/peers/free-port.ts'
import { usageOf } from '../test/peers/process-usage.ts'
import { readCounter } from '../test/peers/read-counter.ts'
import { type Bench, rounded } from './bench-result.ts'
import { startHeadwatch, startNode } from './built-program.ts'

interface Load {
  readonly agents: number
  readonly seconds: number
  readonly viewers: number
  readonly history: number
}

/** What one load cost the server, all of its processes together. */
interface Cost {
  readonly cpuSeconds: number
  readonly seconds: number
  /** Read in the measured time. */
  readonly messages: number
  /** Of everything that was sent, before and after the measured time too. */
  readonly lost: number
  readonly residentMib: number
}

const warmUpSeconds = 10
const blockTimeS = 5

/** The built server under ethstats agents, store and feed on, generator and viewers in other processes. */
export const receiver: Bench = {
  summary:
    'CPU of the built server per ethstats message, from clients of every kind, at 500 and 3,000 agents, with 10 viewers and 2,000 blocks of history.',
  defaults: { agents: 500, manyAgents: 3_000, seconds: 60, viewers: 10, history: 2_000 },
  async run({ agents = 500, manyAgents = 3_000, seconds = 60, viewers = 10, history = 2_000 }, say) {
    const few = await measure({ agents, seconds, viewers, history }, say)
    const many = await measure({ agents: manyAgents, seconds, viewers, history }, say)
    const idle = await measure({ agents: 1, seconds: Math.min(seconds, 30), viewers, history }, say)
    const perMessage = ({ cpuSeconds, messages }: Cost) => (cpuSeconds / messages) * 1e6
    const marginal = ((many.cpuSeconds - few.cpuSeconds) / (many.messages - few.messages)) * 1e6
    return {
      figures: {
        server_cpu_us_per_message: rounded(perMessage(few)),
        server_cpu_us_per_message_at_3000: rounded(perMessage(many)),
        server_cpu_us_per_message_marginal: rounded(marginal),
        server_fixed_cpu_percent: rounded((idle.cpuSeconds / idle.seconds) * 100),
        server_rss_mib_at_3000: rounded(many.residentMib),
        messages: few.messages + many.messages,
        lost: few.lost + many.lost + idle.lost,
      },
      baselines: { original_server_cpu_us_per_message_at_500: 565 },
    }
  },
}

async function measure({ agents, seconds, viewers, history }: Load, say: (line: string) => void): Promise<Cost> {
  const folder = mkdtempSync(join(tmpdir(), 'headwatch-bench-'))
  const port = await freePort()
  const url = `127.0.0.1:${port}`
  try {
    await using server = startHeadwatch(['server', '--listen', url, '--data', join(folder, 'data')], {
      HEADWATCH_SECRET: 'bench',
    })
    await server.line(/page on/)
    const options = {
      endpoint: `ws://${url}/api`,
      nodes: agents,
      seed: 1,
      secret: 'bench',
      networkId: 1337,
      blockTimeS,
      history,
      clients: 'mixed' as const,
    }
    await using fleet = startNode(['bench/fleet-process.ts', JSON.stringify(options), String(warmUpSeconds + seconds)])
    await fleet.line(/connected/)
    await using watching = startNode(['bench/viewers-process.ts', `ws://${url}/api/v1/feed`, String(viewers)])
    await watching.line(/watching/)
    say(`${agents} agents and ${viewers} viewers are connected; measuring for ${seconds} s after ${warmUpSeconds} s…`)
    await wait(warmUpSeconds * 1000)
    const startedAt = performance.now()
    const [usageBefore, before] = [usageOf(server.pid), await ledgerOf(url)]
    await wait(seconds * 1000)
    const [usageAfter, after] = [usageOf(server.pid), await ledgerOf(url)]
    const measuredSeconds = (performance.now() - startedAt) / 1000
    const { counts } = JSON.parse(await fleet.line(/^\{"counts"/)) as { counts: FleetCounts }
    const sent = Object.values(counts.sent).reduce((sum, count) => sum + count, 0)
    const ledger = await settledLedger(url, sent)
    const lost = lostOf(ledger, sent)
    say(
      `  ${sent} messages sent, ${ledger.stored} records stored, ${lost} lost, generator at most ${Math.round(counts.latenessMs)} ms late, ${counts.closedByServer} cut off`,
    )
    return {
      cpuSeconds: usageAfter.cpuSeconds - usageBefore.cpuSeconds,
      residentMib: usageAfter.residentMib,
      seconds: measuredSeconds,
      messages: after.messages - before.messages,
      lost,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What a server says of the messages and records that reached it. */
interface Ledger {
  /** Frames read from ethstats clients, of every topic. */
  readonly messages: number
  /** Records that the receiver gave to the pipeline. */
  readonly received: number
  readonly stored: number
  /** Frames that were not understood and records that were let go, for whatever reason. */
  readonly dropped: number
}

async function ledgerOf(url: string): Promise<Ledger> {
  const sumOf = async (...names: string[]) => {
    const counts = await Promise.all(names.map((name) => readCounter(`http://${url}/metrics`, name)))
    return counts.reduce((sum, count) => sum + count, 0)
  }
  return {
    messages: await sumOf('headwatch_ethstats_frames_total'),
    received: await sumOf('headwatch_received_total'),
    stored: await sumOf('headwatch_stored_total', 'headwatch_duplicates_total'),
    dropped: await sumOf(
      'headwatch_ethstats_frames_ignored_total',
      'headwatch_ethstats_items_dropped_total',
      'headwatch_dropped_total',
    ),
  }
}

/** Messages that were sent and not read, and records that were read and not stored. */
function lostOf({ messages, received, stored, dropped }: Ledger, sent: number): number {
  return sent - messages + (received - stored) + dropped
}

/** Waits until everything sent is stored, or nothing moves any more: the server counts once a second. */
async function settledLedger(url: string, sent: number): Promise<Ledger> {
  let before: Ledger | undefined
  for (;;) {
    const now = await ledgerOf(url)
    const stands = before !== undefined && now.messages === before.messages && now.stored === before.stored
    if (lostOf(now, sent) === 0 || stands) return now
    before = now
    await wait(2_000)
  }
}
