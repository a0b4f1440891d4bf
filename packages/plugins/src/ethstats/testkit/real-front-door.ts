import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FrontDoor, Socket, WebSocketRoute } from '@headwatch/sdk'
import { type WebSocket, WebSocketServer } from 'ws'

/** A front door on a real port, for tests. */
export interface RealFrontDoor extends FrontDoor, AsyncDisposable {
  /** `ws://127.0.0.1:port` */
  readonly url: string
}

export async function realFrontDoor(): Promise<RealFrontDoor> {
  const server = createServer()
  const open = new Set<WebSocket>()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    webSocket(route, signal) {
      const upgrader = new WebSocketServer({
        noServer: true,
        maxPayload: route.maxFrameBytes,
        perMessageDeflate: false,
      })
      server.on('upgrade', (request, socket, head) => {
        if (!(request.url ?? '').startsWith(route.path)) {
          socket.destroy()
          return
        }
        upgrader.handleUpgrade(request, socket, head, (peer) => {
          open.add(peer)
          serve(peer, route, request.socket.remoteAddress ?? '')
        })
      })
      signal.addEventListener('abort', () => {
        for (const peer of open) peer.close(1001, 'server is stopping')
      })
    },
    async [Symbol.asyncDispose]() {
      for (const peer of open) peer.terminate()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function serve(peer: WebSocket, route: WebSocketRoute, address: string): void {
  const listener = route.accept(socketOf(peer, address))
  if (listener === undefined) return peer.close(1013, 'try again later')
  peer.on('error', () => undefined)
  peer.on('message', (data, isBinary) => {
    if (isBinary) listener.onBinary(data as Buffer)
    else listener.onText(data.toString())
  })
  peer.on('close', (code) => listener.onEnd(code !== 1006))
}

function socketOf(peer: WebSocket, address: string): Socket {
  return {
    address,
    get bufferedBytes() {
      return peer.bufferedAmount
    },
    send: (frame) => peer.send(frame),
    close: (code, reason) => peer.close(code, reason),
  }
}
