/** One connection between an agent and a server, whatever carries it. Frames arrive whole and in order, or not at all. */
export interface Link {
  /** The peer's address without port; a name where there is none. */
  readonly address: string
  /** Bytes handed to `send` that have not left yet. */
  readonly bufferedBytes: number
  /** Takes ownership of the frame. Does nothing after the end. */
  send(frame: Uint8Array): void
  /** Ends the connection; what was sent before still arrives. Safe twice. */
  close(): void
}

/** Who is told what a link brings. Never throws. */
export interface LinkListener {
  onFrame(frame: Uint8Array): void
  /** Exactly once, last. `clean` is false when the peer vanished. Also after one's own `close`. */
  onEnd(clean: boolean): void
}

/** How links are made. Whoever composes a program lends one to the plugins. */
export interface Carrier {
  /** @throws {RetryableError} nobody answers there. */
  dial(endpoint: string, listener: LinkListener, signal: AbortSignal): Promise<Link>
  /**
   * Takes connections at `endpoint` until `signal` aborts. `accept` refuses one by returning undefined.
   *
   * @throws when the endpoint cannot be listened at: it is taken, or nothing this carrier knows.
   */
  listen(endpoint: string, accept: (link: Link) => LinkListener | undefined, signal: AbortSignal): void
}
