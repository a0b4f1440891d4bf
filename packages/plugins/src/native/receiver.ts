import { randomUUID } from 'node:crypto'
import { type Accept, defineReceiver, type Plugin, type ReceiverHost } from '@headwatch/sdk'
import { AcceptRate } from './accept-rate.ts'
import { AckRounds } from './ack-rounds.ts'
import { AgentRoom } from './agent-room.ts'
import { type NativeReceiverConfig, receiverConfig } from './config.ts'
import { frontDoorEntrance } from './front-door-entrance.ts'
import type { Entrance } from './link.ts'
import { RelayLosses } from './relay-losses.ts'
import { ServerSession } from './server-session.ts'

/** Takes in Headwatch agents, at the server's front door or, through `inProcess`, those of the same program. */
export function nativeReceiver(inProcess?: Entrance): Plugin<'receiver', NativeReceiverConfig> {
  return defineReceiver({
    name: 'native',
    summary: 'Receives from Headwatch agents and acknowledges what the pipeline owns.',
    stability: 'experimental',
    config: receiverConfig,
    create: (config, host) => ({ listen: (accept, signal) => listen(config, host, inProcess, accept, signal) }),
  })
}

async function listen(
  config: NativeReceiverConfig,
  host: ReceiverHost,
  inProcess: Entrance | undefined,
  accept: Accept,
  signal: AbortSignal,
): Promise<void> {
  const room = new AgentRoom()
  const life = randomUUID().slice(0, 8)
  const rate = new AcceptRate(config.acceptPerSecond, host.clock)
  const spread = { retryAfterMs: config.retryAfterMs, spreadMs: config.restartSpreadMs }
  let connections = 0
  // The entrance closes behind the agents that were there, or they would not hear why.
  const closing = new AbortController()
  const ackRounds = new AckRounds(config.ackDelayMs, host.clock, closing.signal)
  const parts = { config, host, accept, room, ackRounds, losses: new RelayLosses() }
  entranceFor(config, host, inProcess).listen(
    config.listen,
    (link) => {
      if (room.size >= config.maxConnections) {
        host.meter.count('headwatch_native_refused_total', 1, { reason: 'too_many' })
        return undefined
      }
      const session = new ServerSession(`${life}-${++connections}`, link, parts)
      room.add(session)
      if (!rate.take()) {
        host.meter.count('headwatch_native_refused_total', 1, { reason: 'too_fast' })
        session.sendAway({ reason: 'overloaded', text: 'too many agents come at once', ...spread })
      }
      return session
    },
    closing.signal,
  )
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  for (const session of room) session.sendAway({ reason: 'restart', text: 'the server restarts', ...spread })
  closing.abort()
}

function entranceFor(
  { listen, frameBytes }: NativeReceiverConfig,
  { frontDoor }: ReceiverHost,
  inProcess: Entrance | undefined,
): Entrance {
  if (!listen.startsWith('/')) return inProcess ?? missing('this program has no agents within itself')
  if (frontDoor === undefined) return missing('the native receiver needs a front door, which only a server has')
  return frontDoorEntrance(frontDoor, frameBytes)
}

function missing(why: string): never {
  throw new Error(why)
}
