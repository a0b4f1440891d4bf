import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { ProxiedConnection } from './proxied-connection.ts'
import { type Direction, Weather } from './weather.ts'

/** A way to a TCP port on 127.0.0.1 that can be as bad as a network is. What it does holds for connections that stand and for later ones. */
export interface FaultyProxy extends AsyncDisposable {
  readonly port: number
  /** Connections that stand. */
  readonly connections: number
  /** From now on nothing passes, ends of connections included: in one direction, or in both. */
  cut(direction?: Direction): void
  /** From now on nobody is at the target: connections are reset, and so is every new one. */
  refuse(): void
  /** What was held back passes, as TCP would repeat it, and who comes is let through. */
  restore(): void
  /** Every chunk of bytes takes this much longer, in milliseconds; 0 ends it. */
  delay(ms: number): void
  /** Bytes a second of each connection in each direction; Infinity ends it. */
  limit(bytesPerSecond: number): void
  /** Resets each connection on both sides once this many more bytes have passed, wherever in a frame that is. */
  resetAfter(bytes: number): void
  /** The target's side of each connection goes away, and the client is not told: what it sends vanishes. */
  halfOpen(): void
  /** What each client has said so far, up to 1 MiB, is said to the target once more on a connection of its own. */
  duplicate(): void
}

/** Starts a proxy to `targetPort` on 127.0.0.1. */
export async function startFaultyProxy(targetPort: number): Promise<FaultyProxy> {
  const weather = new Weather()
  const standing = new Set<ProxiedConnection>()
  const dial = () => connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true })
  let isRefusing = false
  const server = createServer({ allowHalfOpen: true }, (client) => {
    if (isRefusing) return void client.resetAndDestroy()
    const connection = new ProxiedConnection(client, dial(), weather)
    standing.add(connection)
    void connection.run().then(() => standing.delete(connection))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return standing.size
    },
    cut: (direction) => weather.cut(direction),
    refuse() {
      isRefusing = true
      for (const connection of standing) connection.resetAfter(0)
    },
    restore() {
      isRefusing = false
      weather.restore()
    },
    delay: (ms) => weather.delay(ms),
    limit: (bytesPerSecond) => weather.limit(bytesPerSecond),
    resetAfter(bytes) {
      for (const connection of standing) connection.resetAfter(bytes)
    },
    halfOpen() {
      for (const connection of standing) connection.halfOpen()
    },
    duplicate() {
      for (const connection of standing) connection.duplicate(dial())
    },
    async [Symbol.asyncDispose]() {
      server.close()
      for (const connection of standing) connection.destroy()
      weather.restore()
      if (server.listening) await once(server, 'close')
    },
  }
}
