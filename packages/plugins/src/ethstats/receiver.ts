import { randomUUID } from 'node:crypto'
import { type Accept, defineReceiver, type Meter, type ReceiverHost } from '@headwatch/sdk'
import { type EthstatsReceiverConfig, receiverConfig } from './config.ts'
import { HistoryAsker } from './history-asker.ts'
import { Intake } from './intake.ts'
import { LateAnswers } from './late-answers.ts'
import { SessionRoom } from './session-room.ts'
import { Tally } from './tally.ts'

const sweepMs = 1_000

/** Takes in the clients built into nodes and the original agent. Who may come in is the host's admission's business. */
export const ethstatsReceiver = defineReceiver({
  name: 'ethstats',
  summary: 'Receives from geth, Besu, Nethermind, Erigon, reth and the original agent, unchanged.',
  stability: 'beta',
  config: receiverConfig,
  create: (config, host) => ({ listen: (accept, signal) => listen(config, host, accept, signal) }),
})

async function listen(
  config: EthstatsReceiverConfig,
  host: ReceiverHost,
  accept: Accept,
  signal: AbortSignal,
): Promise<void> {
  if (host.frontDoor === undefined) throw new Error('the ethstats receiver needs a front door, which only a server has')
  const { clock, logger, admission } = host
  const tallies = makeTallies()
  const intake = new Intake(accept, config.maxWaitingItems, { clock, signal, dropped: tallies.dropped })
  const answers = new LateAnswers({ clock, signal })
  const lent = { config, clock, logger, admission, ...tallies, intake, answers, historyAsker: new HistoryAsker() }
  const room = new SessionRoom(lent, randomUUID().slice(0, 8), signal)
  const { path, maxFrameBytes } = config
  host.frontDoor.webSocket({ path, maxFrameBytes, accept: (socket) => room.open(socket) }, signal)
  while (!signal.aborted) {
    await clock.sleep(sweepMs, signal).catch(() => undefined)
    if (!signal.aborted) room.sweep()
    report(tallies, room, host.meter)
  }
  room.close()
  await intake.close()
  report(tallies, room, host.meter)
}

type Tallies = Readonly<Record<'taken' | 'ignored' | 'refused' | 'ended' | 'dropped', Tally>>

function makeTallies(): Tallies {
  return {
    taken: new Tally('headwatch_ethstats_frames_total', 'topic'),
    ignored: new Tally('headwatch_ethstats_frames_ignored_total', 'reason'),
    refused: new Tally('headwatch_ethstats_connections_refused_total', 'reason'),
    ended: new Tally('headwatch_ethstats_connections_ended_total', 'reason'),
    dropped: new Tally('headwatch_ethstats_items_dropped_total', 'reason'),
  }
}

function report(tallies: Tallies, room: SessionRoom, meter: Meter): void {
  for (const tally of Object.values(tallies)) tally.flush(meter)
  meter.set('headwatch_ethstats_connections', room.size)
}
