import {
  latencyFrame,
  nodePingFrame,
  primusPong,
  readServerFrame,
  type ServerFrame,
} from '@headwatch/protocol/ethstats'
import { type Clock, type Logger, RetryableError } from '@headwatch/sdk'
import { WebSocket } from 'ws'
import { BackOff } from './back-off.ts'
import { HistoryWishes } from './history-wishes.ts'
import type { NodePicture } from './node-picture.ts'

export interface ServerLinkOptions {
  readonly endpoint: URL
  /** The node's id on the server. */
  readonly id: string
  readonly connectTimeoutMs: number
  readonly pingEveryMs: number
}

/** `greeting`: hello is sent, `ready` is awaited. */
type LinkState = 'away' | 'connecting' | 'greeting' | 'ready'

interface Waiter {
  /** Whether it has anything to tell that the server does not know. */
  readonly brings: 'news' | 'nothing_new'
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** Servers answer every ping, so this much silence means that nobody is there. */
const maxSilenceMs = 40_000
const maxServerFrameBytes = 1_048_576
const closeWithinMs = 1_000

/** One node's connection to one server: made when first needed, then kept up for ever. `tick` drives it. */
export class ServerLink {
  readonly #options: ServerLinkOptions
  readonly #picture: NodePicture
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #backOff = new BackOff()
  readonly #waiters = new Set<Waiter>()
  readonly #wishes = new HistoryWishes()
  #state: LinkState = 'away'
  #socket: WebSocket | undefined
  #sinceMs = 0
  #retryAtMs = 0
  #lastHeardMs = 0
  #pingedMs: number | undefined
  #awaitsPong = false
  #failuresLogged = 0
  /** Whether anybody was told to come again. */
  #hasBacklog = false
  #isClosed = false

  constructor(options: ServerLinkOptions, picture: NodePicture, lent: { clock: Clock; logger: Logger }) {
    this.#options = options
    this.#picture = picture
    this.#clock = lent.clock
    this.#logger = lent.logger
  }

  /** Resolves when frames may be sent. @throws {RetryableError} not now. */
  async whenReady(signal: AbortSignal, brings: Waiter['brings']): Promise<void> {
    if (this.#state === 'ready') return
    if (signal.aborted) throw new RetryableError('stopped while waiting for the server')
    if (this.#state === 'away') this.#connectOrThrow()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const waiter: Waiter = { brings, resolve, reject }
    const abort = (): void => reject(new RetryableError('stopped while waiting for the server'))
    this.#waiters.add(waiter)
    signal.addEventListener('abort', abort, { once: true })
    try {
      await promise
    } finally {
      this.#waiters.delete(waiter)
      signal.removeEventListener('abort', abort)
    }
  }

  /** Resolves when the system has taken the frames. @throws {RetryableError} the connection is gone. */
  async send(frames: readonly string[], signal: AbortSignal): Promise<void> {
    const socket = this.#socket
    const last = frames.at(-1)
    if (last === undefined) return
    if (socket === undefined || this.#state !== 'ready') throw this.#awayError()
    for (const frame of frames.slice(0, -1)) socket.send(frame)
    await new Promise<void>((resolve, reject) => {
      const abort = (): void => reject(new RetryableError('stopped while the server was not reading'))
      signal.addEventListener('abort', abort, { once: true })
      socket.send(last, (cause) => {
        signal.removeEventListener('abort', abort)
        if (cause === undefined || cause === null) resolve()
        else reject(new RetryableError('the connection ended while sending', { cause }))
      })
    })
  }

  /** Something was taken in that had waited: history is answered once no more of it comes. */
  backlogComes(): void {
    this.#wishes.backlogCame(this.#clock.monotonicMs())
  }

  /** Says hello once more, because something in it changed. */
  greetAgain(): void {
    if (this.#state === 'ready' || this.#state === 'greeting') this.#socket?.send(this.#picture.hello())
  }

  /** Called about twice a second. */
  tick(): void {
    const nowMs = this.#clock.monotonicMs()
    if (this.#isClosed) return
    if (this.#state === 'ready') this.#answerWishes(nowMs)
    if (this.#state === 'away') {
      if (nowMs >= this.#retryAtMs) this.#connect(nowMs)
    } else if (this.#state !== 'ready') {
      if (nowMs - this.#sinceMs >= this.#options.connectTimeoutMs) this.#socket?.terminate()
    } else if (nowMs - this.#lastHeardMs >= maxSilenceMs) this.#socket?.terminate()
    else if (this.#pingedMs === undefined || nowMs - this.#pingedMs >= this.#options.pingEveryMs) this.#ping(nowMs)
  }

  /** Ends the connection with a close frame, or without one when the server does not answer it. */
  async close(): Promise<void> {
    this.#isClosed = true
    const socket = this.#socket
    if (socket === undefined) return
    const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    const patience = new AbortController()
    const giveUp = this.#clock.sleep(closeWithinMs, patience.signal).then(
      () => socket.terminate(),
      () => undefined,
    )
    if (this.#state === 'connecting') socket.terminate()
    else socket.close(1000, 'bye')
    await gone
    patience.abort()
    await giveUp
  }

  #connectOrThrow(): void {
    const nowMs = this.#clock.monotonicMs()
    if (this.#isClosed || nowMs < this.#retryAtMs) throw this.#awayError()
    this.#connect(nowMs)
  }

  #connect(nowMs: number): void {
    const socket = new WebSocket(this.#options.endpoint, {
      perMessageDeflate: false,
      maxPayload: maxServerFrameBytes,
      origin: 'http://localhost',
    })
    this.#socket = socket
    this.#state = 'connecting'
    this.#sinceMs = nowMs
    let failure = ''
    socket.on('open', () => this.#greet(socket))
    socket.on('message', (data, isBinary) => this.#hear(socket, isBinary ? undefined : data.toString()))
    // `close` always follows and says the rest.
    socket.on('error', (error) => {
      failure = error.message
    })
    socket.on('close', () => this.#lose(failure))
  }

  #greet(socket: WebSocket): void {
    this.#state = 'greeting'
    this.#lastHeardMs = this.#clock.monotonicMs()
    socket.send(this.#picture.hello())
  }

  #hear(socket: WebSocket, text: string | undefined): void {
    this.#lastHeardMs = this.#clock.monotonicMs()
    if (text === undefined) return
    const frame = readServerFrame(text)
    if (frame.kind === 'primus_ping') socket.send(primusPong(frame.time))
    else if (frame.kind === 'server_close') socket.close(1000)
    else if (frame.kind === 'ready') this.#beReady(socket)
    else if (this.#state === 'ready') this.#answer(socket, frame)
  }

  #answer(socket: WebSocket, frame: ServerFrame): void {
    if (frame.kind === 'history_wish') {
      this.#wishes.add(frame.wish)
      this.#answerWishes(this.#lastHeardMs)
    }
    if (frame.kind === 'node_pong' && this.#awaitsPong && this.#pingedMs !== undefined) {
      this.#awaitsPong = false
      socket.send(latencyFrame(this.#options.id, (this.#lastHeardMs - this.#pingedMs) / 2))
    }
  }

  #answerWishes(nowMs: number): void {
    for (const wish of this.#wishes.take(nowMs)) this.#socket?.send(this.#picture.history(wish))
  }

  /** A server that is said hello to once more answers `ready` once more. */
  #beReady(socket: WebSocket): void {
    if (this.#state !== 'greeting') return
    this.#state = 'ready'
    this.#sinceMs = this.#lastHeardMs
    this.#failuresLogged = 0
    this.#logger.info('connected to an ethstats server', this.#logFields())
    this.#ping(this.#lastHeardMs)
    this.#wishes.begin(this.#sinceMs, this.#hasBacklog)
    this.#hasBacklog = false
    // Whoever waits with news is about to tell the newest itself.
    if (![...this.#waiters].some(({ brings }) => brings === 'news'))
      for (const frame of this.#picture.current(this.#clock.now())) socket.send(frame)
    for (const waiter of this.#waiters) waiter.resolve()
  }

  #ping(nowMs: number): void {
    this.#pingedMs = nowMs
    this.#awaitsPong = true
    this.#socket?.send(nodePingFrame(this.#options.id, Math.floor(this.#clock.now())))
  }

  #lose(failure: string): void {
    const nowMs = this.#clock.monotonicMs()
    const wasRefused = this.#state === 'greeting' && nowMs - this.#sinceMs < this.#options.connectTimeoutMs
    const livedMs = this.#state === 'ready' ? nowMs - this.#sinceMs : 0
    const pauseMs = wasRefused ? this.#backOff.afterRefusalMs() : this.#backOff.afterFailureMs(livedMs)
    this.#state = 'away'
    this.#socket = undefined
    this.#pingedMs = undefined
    this.#retryAtMs = nowMs + pauseMs
    if (!this.#isClosed && this.#failuresLogged++ === 0) {
      const what = wasRefused ? 'an ethstats server refused the hello' : 'no connection to an ethstats server'
      this.#logger.warn(what, { ...this.#logFields(), reason: failure, retryInMs: Math.round(pauseMs) })
    }
    for (const waiter of this.#waiters) waiter.reject(this.#awayError())
  }

  #awayError(): RetryableError {
    this.#hasBacklog = true
    const retryAfterMs = Math.max(0, Math.ceil(this.#retryAtMs - this.#clock.monotonicMs()))
    return new RetryableError(`no connection to ${this.#options.endpoint.host}`, { retryAfterMs })
  }

  #logFields(): Readonly<Record<string, unknown>> {
    return { host: this.#options.endpoint.host, node: this.#options.id }
  }
}
