import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FrontDoor, Logger, Meter, SocketListener, WebSocketRoute } from '@headwatch/sdk'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import { peerAddress, type TrustedProxies } from './peer-address.ts'
import { PostDoor } from './post-door.ts'
import { WsSocket } from './ws-socket.ts'

export interface WebSocketDoorOptions {
  /** Connections over all routes; a further one is answered 503 before anything is allocated for it. */
  readonly maxConnections: number
  readonly isTrusted: TrustedProxies
}

interface Route {
  readonly route: WebSocketRoute
  readonly upgrader: WebSocketServer
  readonly open: Set<WebSocket>
}

/** How long a peer may take to answer that its connection is closed. */
const closeDeadlineMs = 1_000

/** One port for every WebSocket protocol of the server, told apart by path. The longest matching path wins. */
export class WebSocketDoor implements FrontDoor {
  readonly #options: WebSocketDoorOptions
  readonly #logger: Logger
  readonly #meter: Meter
  readonly #routes: Route[] = []
  readonly #posts: PostDoor
  #connections = 0

  constructor(options: WebSocketDoorOptions, { logger, meter }: { logger: Logger; meter: Meter }) {
    this.#options = options
    this.#logger = logger
    this.#meter = meter
    this.#posts = new PostDoor({
      address: (request) => peerAddress(request, options.isTrusted),
      hasPlace: () => this.#connections < options.maxConnections,
      changed: (by) => this.#changeConnections(by),
      refused: (reason) => meter.count('headwatch_connections_refused_total', 1, { reason }),
      guard: (socket, call) => this.#guard(socket, call),
    })
  }

  /**
   * Takes a request that carries frames of a route with a subprotocol, and answers it; false where it is another's. For peers
   * whose network lets no WebSocket through.
   */
  takesPost(request: IncomingMessage, response: ServerResponse): boolean {
    if (request.method !== 'POST') return false
    const entry = this.#routeOf(request)
    if (entry?.route.subprotocol === undefined) return false
    void this.#posts.take(request, response, entry.route)
    return true
  }

  /** Takes over the upgrades of `server`, which stays the caller's. */
  attach(server: Server): void {
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
  }

  webSocket(route: WebSocketRoute, signal: AbortSignal): void {
    const upgrader = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: route.maxFrameBytes,
      handleProtocols: () => route.subprotocol ?? false,
    })
    const entry: Route = { route, upgrader, open: new Set() }
    this.#routes.push(entry)
    this.#routes.sort((a, b) => b.route.path.length - a.route.path.length)
    signal.addEventListener('abort', () => this.#remove(entry), { once: true })
  }

  #remove(entry: Route): void {
    this.#routes.splice(this.#routes.indexOf(entry), 1)
    this.#posts.remove(entry.route)
    for (const socket of entry.open) {
      socket.close(1001, 'server is stopping')
      setTimeout(() => socket.terminate(), closeDeadlineMs).unref()
    }
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy())
    const entry = this.#routeOf(request)
    if (entry === undefined) return this.#refuse(socket, '404 Not Found', 'no_such_path')
    if (this.#connections >= this.#options.maxConnections)
      return this.#refuse(socket, '503 Service Unavailable', 'too_many')
    const { subprotocol } = entry.route
    if (subprotocol !== undefined && !offers(request, subprotocol))
      return this.#refuse(socket, '400 Bad Request', 'other_subprotocol', `This path speaks ${subprotocol}.\n`)
    const address = peerAddress(request, this.#options.isTrusted)
    entry.upgrader.handleUpgrade(request, socket, head, (peer) => this.#open(entry, peer, address))
  }

  #routeOf({ url = '' }: IncomingMessage): Route | undefined {
    const path = url.split('?', 1)[0] ?? ''
    return this.#routes.find(({ route }) => path === route.path || path.startsWith(`${route.path}/`))
  }

  #changeConnections(by: 1 | -1): void {
    this.#connections += by
    this.#meter.set('headwatch_connections', this.#connections)
  }

  #refuse(socket: Duplex, status: string, reason: string, text = ''): void {
    this.#meter.count('headwatch_connections_refused_total', 1, { reason })
    socket.once('finish', () => socket.destroy()) // A peer that keeps its side open would hold the socket for ever.
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: ${text.length}\r\n\r\n${text}`)
  }

  #open(entry: Route, peer: WebSocket, address: string): void {
    peer.on('error', (error: Error & { readonly code?: string }) => {
      const reason = error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' ? 'frame_too_long' : 'broken_frame'
      this.#meter.count('headwatch_connections_broken_total', 1, { reason })
      this.#logger.debug('a connection broke a rule', { path: entry.route.path, reason: error.message })
    })
    const listener = this.#guard(peer, () => entry.route.accept(new WsSocket(peer, address)))
    if (listener === undefined) return peer.close(1013, 'try again later')
    this.#changeConnections(1)
    entry.open.add(peer)
    peer.on('message', (frame, isBinary) => this.#guard(peer, () => deliver(listener, frame, isBinary)))
    peer.on('close', (code) => {
      this.#changeConnections(-1)
      entry.open.delete(peer)
      this.#guard(peer, () => listener.onEnd(code !== 1006))
    })
  }

  /** A listener that throws costs its own connection, never the program. */
  #guard<T>(peer: { close(code: number, reason: string): void }, call: () => T): T | undefined {
    try {
      return call()
    } catch (error) {
      this.#meter.count('headwatch_connection_faults_total')
      this.#logger.error('a listener failed; its connection is closed', { reason: String(error) })
      peer.close(1011, 'internal error')
      return undefined
    }
  }
}

function offers({ headers }: IncomingMessage, subprotocol: string): boolean {
  const offered = headers['sec-websocket-protocol'] ?? ''
  return offered.split(',').some((name) => name.trim() === subprotocol)
}

function deliver(listener: SocketListener, frame: RawData, isBinary: boolean): void {
  const bytes = Array.isArray(frame) ? Buffer.concat(frame) : frame instanceof ArrayBuffer ? Buffer.from(frame) : frame
  if (isBinary) listener.onBinary(bytes)
  else listener.onText(bytes.toString('utf8'))
}
