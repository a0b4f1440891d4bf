import { randomUUID } from 'node:crypto'
import { type Accept, defineReceiver, type Plugin, type ReceiverHost } from '@headwatch/sdk'
import { AgentRoom } from './agent-room.ts'
import { type NativeReceiverConfig, receiverConfig } from './config.ts'
import type { Carrier } from './link.ts'
import { ServerSession } from './server-session.ts'

/** Takes in Headwatch agents over links made by `carrier`. */
export function nativeReceiver(carrier: Carrier): Plugin<'receiver', NativeReceiverConfig> {
  return defineReceiver({
    name: 'native',
    summary: 'Receives from Headwatch agents and acknowledges what the pipeline owns.',
    stability: 'experimental',
    config: receiverConfig,
    create: (config, host) => ({ listen: (accept, signal) => listen(config, host, carrier, accept, signal) }),
  })
}

async function listen(
  config: NativeReceiverConfig,
  host: ReceiverHost,
  carrier: Carrier,
  accept: Accept,
  signal: AbortSignal,
): Promise<void> {
  const room = new AgentRoom()
  const life = randomUUID().slice(0, 8)
  let connections = 0
  carrier.listen(
    config.listen,
    (link) => {
      if (room.size >= config.maxConnections) {
        host.meter.count('headwatch_native_refused_total', 1, { reason: 'too_many' })
        return undefined
      }
      const session = new ServerSession(`${life}-${++connections}`, link, { config, host, accept, room })
      room.add(session)
      return session
    },
    signal,
  )
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  const goAway = { text: 'the server restarts', retryAfterMs: config.retryAfterMs, spreadMs: config.restartSpreadMs }
  for (const session of room) session.sendAway({ reason: 'restart', ...goAway })
}
