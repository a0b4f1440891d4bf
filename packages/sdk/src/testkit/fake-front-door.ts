import type { FrontDoor, SocketListener, WebSocketRoute } from '../front-door.ts'

/** How a connection ended for the peer: a close frame with its code, or nothing but silence. */
export interface SocketEnd {
  readonly code: number
  readonly reason: string
}

/** The far end of a WebSocket connection that exists in memory only. */
export interface FakePeer {
  /** Frames the receiver sent and `next` has not returned, oldest first. */
  readonly received: readonly (string | Uint8Array)[]
  /** The next frame; undefined when the connection ends first. */
  next(): Promise<string | Uint8Array | undefined>
  /** A frame beyond the route's limit ends the connection with 1009, as a real door does. */
  send(frame: string | Uint8Array): void
  /** Ends with a close frame. */
  close(): void
  /** Ends without one. */
  vanish(): void
  /** Resolves when the connection has ended, with the code the receiver closed with where it did. */
  readonly ended: Promise<SocketEnd | undefined>
}

/** A front door without a port. */
export interface FakeFrontDoor extends FrontDoor {
  readonly routes: readonly WebSocketRoute[]
  /** Connects to the route of `path`; undefined when there is none or it refuses. */
  connect(
    path: string,
    options?: { readonly address?: string; readonly bufferedBytes?: () => number },
  ): FakePeer | undefined
}

export function fakeFrontDoor(): FakeFrontDoor {
  const routes: WebSocketRoute[] = []
  const open = new Map<WebSocketRoute, Set<(end: SocketEnd) => void>>()
  return {
    routes,
    webSocket(route, signal) {
      routes.push(route)
      open.set(route, new Set())
      signal.addEventListener('abort', () => {
        routes.splice(routes.indexOf(route), 1)
        for (const end of [...(open.get(route) ?? [])]) end({ code: 1001, reason: 'going away' })
      })
    },
    connect(path, { address = '192.0.2.1', bufferedBytes = () => 0 } = {}) {
      const route = routes.find((candidate) => path === candidate.path || path.startsWith(`${candidate.path}/`))
      return route && connectTo(route, address, bufferedBytes, open.get(route) ?? new Set())
    },
  }
}

function connectTo(
  route: WebSocketRoute,
  address: string,
  bufferedBytes: () => number,
  open: Set<(end: SocketEnd) => void>,
): FakePeer | undefined {
  const received: (string | Uint8Array)[] = []
  const waiting: (() => void)[] = []
  const ended = Promise.withResolvers<SocketEnd | undefined>()
  let listener: SocketListener | undefined
  let isOpen = true

  const finish = (clean: boolean, end?: SocketEnd): void => {
    if (!isOpen) return
    isOpen = false
    open.delete(byDoor)
    ended.resolve(end)
    for (const wake of waiting.splice(0)) wake()
    // A real socket tells its listener later, never from inside the call that closed it.
    queueMicrotask(() => listener?.onEnd(clean))
  }
  const byDoor = (end: SocketEnd): void => finish(true, end)
  const socket = {
    address,
    get bufferedBytes() {
      return bufferedBytes()
    },
    send(frame: string | Uint8Array) {
      if (!isOpen) return
      received.push(frame)
      waiting.shift()?.()
    },
    close: (code: number, reason: string) => finish(true, { code, reason }),
  }
  listener = route.accept(socket)
  if (listener === undefined) return undefined
  const taken = listener
  open.add(byDoor)
  return {
    received,
    ended: ended.promise,
    async next() {
      if (received.length === 0 && isOpen) await new Promise<void>((resolve) => waiting.push(resolve))
      return received.shift()
    },
    send(frame) {
      if (!isOpen) return
      if (Buffer.byteLength(frame) > route.maxFrameBytes) return finish(true, { code: 1009, reason: 'frame too long' })
      if (typeof frame === 'string') taken.onText(frame)
      else taken.onBinary(frame)
    },
    close: () => finish(true),
    vanish: () => finish(false),
  }
}
