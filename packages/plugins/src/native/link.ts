/** One connection between an agent and a server, whatever carries it. Frames arrive whole and in order, or not at all. */
export interface Link {
  /** The peer's address without port; a name where there is none. */
  readonly address: string
  /** Bytes handed to `send` that have not left yet. */
  readonly bufferedBytes: number
  /** Takes ownership of the frame. Does nothing after the end. */
  send(frame: Uint8Array): void
  /** Ends the connection; what was sent before still arrives, where the peer still listens. Safe twice. */
  close(): void
}

/** Who is told what a link brings. Never throws. */
export interface LinkListener {
  onFrame(frame: Uint8Array): void
  /** All that was sent has left. */
  onDrain?(): void
  /** Exactly once, last. `clean` is false when the peer vanished. Also after one's own `close`. */
  onEnd(clean: boolean): void
}

/** How an agent makes links. */
export interface Dialer {
  /** @throws {RetryableError} nobody answers there, or whoever does speaks something else. */
  dial(endpoint: string, listener: LinkListener, signal: AbortSignal): Promise<Link>
}

/** Where a server waits for links. */
export interface Entrance {
  /**
   * Takes connections at `endpoint` until `signal` aborts. `accept` refuses one by returning undefined.
   *
   * @throws when the endpoint cannot be listened at: it is taken, or nothing this entrance knows.
   */
  listen(endpoint: string, accept: (link: Link) => LinkListener | undefined, signal: AbortSignal): void
}

/** Both sides of links that stay within one program. Whoever composes the program lends one to the plugins. */
export interface Carrier extends Dialer, Entrance {}
