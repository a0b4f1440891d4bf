import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** Something on a port of this machine that does not do what it should. */
export interface BadPeer extends AsyncDisposable {
  /** `127.0.0.1:port`. */
  readonly address: string
  /** Resolves at the first byte from a client. */
  readonly touched: Promise<void>
}

export type Badness = 'hangs' | 'sends_garbage' | 'cuts'

/** An address nobody listens at. */
export async function awayAddress(): Promise<string> {
  await using peer = await badPeer('hangs')
  return peer.address
}

/** Takes every connection and then: says nothing; answers the first byte with nonsense; or hangs up on it. */
export async function badPeer(badness: Badness): Promise<BadPeer> {
  const touched = Promise.withResolvers<void>()
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', () => {
      touched.resolve()
      if (badness === 'sends_garbage') socket.end(garbage)
      if (badness === 'cuts') socket.resetAndDestroy()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    touched: touched.promise,
    async [Symbol.asyncDispose]() {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    },
  }
}

/** A good HTTP head, so that whoever expects HTTP reads on, and a body that is nothing. */
const garbage = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"a":[\u0000}]'
