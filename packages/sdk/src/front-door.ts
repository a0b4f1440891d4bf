/** One WebSocket connection, whatever carries it. Calls after the end do nothing. */
export interface Socket {
  /** The peer's address without port, as the front door believes it (trusted proxies only). */
  readonly address: string
  /** Bytes handed to `send` that the system has not taken yet. */
  readonly bufferedBytes: number
  send(frame: string | Uint8Array): void
  close(code: number, reason: string): void
}

/** What the receiver does with one connection. Called from the socket's own events, so keep it short and never throw. */
export interface SocketListener {
  onText(text: string): void
  onBinary(frame: Uint8Array): void
  /** Exactly once, last. `clean` is false when the peer vanished without a close frame. */
  onEnd(clean: boolean): void
}

export interface WebSocketRoute {
  /** Matches the path itself and anything below it. */
  readonly path: string
  /** A longer frame closes the connection before it is read whole. */
  readonly maxFrameBytes: number
  /**
   * What is spoken here. A client that does not offer it is refused with a sentence, before `accept`. With one, connections also
   * come as HTTP requests, for clients that may open no WebSocket. Absent: none is asked for.
   */
  readonly subprotocol?: string
  /** Takes the connection, or refuses it by returning undefined. */
  readonly accept: (socket: Socket) => SocketListener | undefined
}

/** The server's shared port, lent to receivers: several protocols live on one address by path. */
export interface FrontDoor {
  /** Adds a route until `signal` aborts; open connections of the route are then closed with 1001. */
  webSocket(route: WebSocketRoute, signal: AbortSignal): void
}
