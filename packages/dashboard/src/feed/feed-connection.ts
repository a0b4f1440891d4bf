import type { FeedMessage, RowWindow, ViewerMessage, ViewId, ViewQuestion } from '@headwatch/protocol/reporting'
import { backOffMs } from './back-off.ts'

/** How it stands with the feed. `since` and `nextTryAt` are by this machine's clock. */
export type ConnectionState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open' }
  | { readonly kind: 'lost'; readonly since: number; readonly nextTryAt: number; readonly everOpen: boolean }

export interface FeedListener {
  onMessage(message: FeedMessage): void
  onState(state: ConnectionState): void
}

/** After so long without a frame the server is asked for a sign of life. */
const quietMs = 12_000
/** Without one for so long the connection is taken for dead, whatever the socket says. */
const probeLimitMs = 8_000
const probeView = 'probe'

/**
 * One WebSocket to the feed that comes back by itself and asks its questions again.
 * Each tick is acknowledged with `seen` as it comes. Frames that are no JSON are let go.
 */
export class FeedConnection {
  readonly #url: string
  readonly #listener: FeedListener
  readonly #questions = new Map<ViewId, ViewQuestion>()
  #socket: WebSocket | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #watchdog: ReturnType<typeof setTimeout> | undefined
  #attempt = 0
  #lostSince: number | undefined
  #everOpen = false
  #seenTick = -1

  constructor(url: string, listener: FeedListener) {
    this.#url = url
    this.#listener = listener
  }

  /** Connects, and goes on connecting until `close`. Also the answer to "try now". */
  open(): void {
    clearTimeout(this.#timer)
    this.#discardSocket()
    if (this.#lostSince === undefined) this.#listener.onState({ kind: 'connecting' })
    const socket = new WebSocket(this.#url)
    this.#socket = socket
    this.#watch()
    // Assigned, not added, so that a socket let go can be silenced.
    socket.onopen = () => this.#opened()
    socket.onmessage = ({ data }) => this.#received(String(data))
    socket.onclose = () => this.#lost()
  }

  subscribe(view: ViewId, question: ViewQuestion): void {
    this.#questions.set(view, question)
    this.#send({ type: 'subscribe', view, question })
  }

  unsubscribe(view: ViewId): void {
    this.#questions.delete(view)
    this.#send({ type: 'unsubscribe', view })
  }

  /** Moves the window of a `nodes` view; of any other view nothing happens. */
  moveWindow(view: ViewId, window: RowWindow): void {
    const question = this.#questions.get(view)
    if (question?.of !== 'nodes') return
    this.#questions.set(view, { ...question, window })
    this.#send({ type: 'window', view, window })
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#discardSocket()
  }

  #opened(): void {
    this.#attempt = 0
    this.#everOpen = true
    this.#lostSince = undefined
    this.#seenTick = -1
    this.#listener.onState({ kind: 'open' })
    for (const [view, question] of this.#questions) this.#send({ type: 'subscribe', view, question })
  }

  #received(text: string): void {
    this.#watch()
    const message = parsed(text)
    if (message === undefined) return
    if ('view' in message && message.view === probeView) return this.#send({ type: 'unsubscribe', view: probeView })
    if ('tick' in message && message.tick !== this.#seenTick) {
      this.#seenTick = message.tick
      this.#send({ type: 'seen', tick: message.tick })
    }
    this.#listener.onMessage(message)
  }

  #lost(): void {
    this.#discardSocket()
    const now = Date.now()
    this.#lostSince ??= now
    const waitMs = backOffMs(this.#attempt, Math.random())
    this.#attempt += 1
    this.#listener.onState({ kind: 'lost', since: this.#lostSince, nextTryAt: now + waitMs, everOpen: this.#everOpen })
    this.#timer = setTimeout(() => this.open(), waitMs)
  }

  #watch(): void {
    clearTimeout(this.#watchdog)
    this.#watchdog = setTimeout(() => this.#probe(), quietMs)
  }

  /** A server sends nothing while nothing changes, and a browser cannot ping: a small question must be answered. */
  #probe(): void {
    this.#send({ type: 'subscribe', view: probeView, question: { of: 'networks' } })
    this.#watchdog = setTimeout(() => this.#lost(), probeLimitMs)
  }

  /** A socket let go must not speak again: its late `close` would end its successor. */
  #discardSocket(): void {
    clearTimeout(this.#watchdog)
    const socket = this.#socket
    this.#socket = undefined
    if (socket === undefined) return
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close()
  }

  #send(message: ViewerMessage): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message))
  }
}

function parsed(text: string): FeedMessage | undefined {
  try {
    const message: unknown = JSON.parse(text)
    return typeof message === 'object' && message !== null && 'type' in message ? (message as FeedMessage) : undefined
  } catch {
    return undefined
  }
}
