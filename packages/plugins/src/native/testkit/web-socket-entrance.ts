import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { nativeSubprotocol } from '@headwatch/protocol/native'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Entrance, Link } from '../link.ts'

/** A certificate for 127.0.0.1 that has signed itself, with its key. */
export const testCertificate = {
  certFile: fileURLToPath(new URL('./tls/test-only.cert.pem', import.meta.url)),
  keyFile: fileURLToPath(new URL('./tls/test-only.key.pem', import.meta.url)),
}

export interface WebSocketEntrance extends Entrance, AsyncDisposable {
  /** `ws://127.0.0.1:PORT/agent`, or `wss:` */
  readonly endpoint: string
  readonly address: string
  readonly sockets: ReadonlySet<WebSocket>
}

export interface EntranceOptions {
  readonly tls?: 'none' | 'server' | 'both_sides'
  readonly subprotocol?: string
}

/** A port of this machine that takes links in over WebSocket, as the front door of a server does. */
export async function startEntrance(options: EntranceOptions = {}): Promise<WebSocketEntrance> {
  const { tls = 'none', subprotocol = nativeSubprotocol } = options
  const http = tls === 'none' ? createHttpServer() : createHttpsServer(tlsOptions(tls))
  const upgrader = new WebSocketServer({ noServer: true, handleProtocols: () => subprotocol })
  http.on('upgrade', (request, socket, head) => {
    socket.on('error', () => undefined)
    const offered = request.headers['sec-websocket-protocol']
    const status = request.url !== '/agent' ? '404 Not Found' : offered === subprotocol ? undefined : '400 Bad Request'
    if (status !== undefined) return void socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`)
    upgrader.handleUpgrade(request, socket, head, (peer) => upgrader.emit('connection', peer))
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const address = `127.0.0.1:${(http.address() as AddressInfo).port}`
  return {
    address,
    endpoint: `${tls === 'none' ? 'ws' : 'wss'}://${address}/agent`,
    sockets: upgrader.clients,
    listen(_endpoint, accept, signal) {
      const open = (peer: WebSocket) => join(peer, accept)
      upgrader.on('connection', open)
      signal.addEventListener('abort', () => upgrader.off('connection', open))
    },
    async [Symbol.asyncDispose]() {
      for (const peer of upgrader.clients) peer.terminate()
      http.closeAllConnections()
      http.close()
      await once(http, 'close')
    },
  }
}

function tlsOptions(tls: 'server' | 'both_sides') {
  const cert = readFileSync(testCertificate.certFile)
  const key = readFileSync(testCertificate.keyFile)
  return { cert, key, ...(tls === 'both_sides' && { ca: cert, requestCert: true, rejectUnauthorized: true }) }
}

function join(peer: WebSocket, accept: Parameters<Entrance['listen']>[1]): void {
  const link: Link = {
    address: '127.0.0.1',
    get bufferedBytes() {
      return peer.bufferedAmount
    },
    send: (frame) => peer.send(frame),
    close: () => peer.close(1000),
  }
  peer.on('error', () => undefined)
  const listener = accept(link)
  if (listener === undefined) return peer.close(1013)
  peer.on('message', (frame: Buffer) => listener.onFrame(frame))
  peer.on('close', (code) => listener.onEnd(code !== 1006))
}
