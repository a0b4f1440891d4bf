// One connection from the handshake to its end.

import { SUBPROTOCOL, bye, hello, ping, pong, readServerFrame } from './frames.mjs'
import { Sender } from './sender.mjs'

export const DAY_MS = 86_400_000
const WELCOME_WITHIN_MS = 10_000
const GATHER_MS = 50
const CLOSE_WITHIN_MS = 2_000

export class Connection {
  /** Settles with { why, welcomed, awayMs } when the connection is over, for whatever reason. */
  ended
  #options
  #socket
  #settle
  #sender
  #isOver = false
  #declaredNext
  #timers = {}

  /** options: endpoint, agent, token, log, frames, onAnswer */
  constructor(options) {
    this.#options = options
    this.ended = new Promise((resolve) => {
      this.#settle = resolve
    })
    this.#timer('welcome', WELCOME_WITHIN_MS, () => this.#end('no welcome in time'))
    this.#socket = new WebSocket(options.endpoint, SUBPROTOCOL)
    this.#socket.binaryType = 'arraybuffer'
    this.#socket.addEventListener('open', () => this.#greet())
    this.#socket.addEventListener('message', ({ data }) => this.#receive(data))
    this.#socket.addEventListener('error', () => this.#end('the connection failed'))
    this.#socket.addEventListener('close', () => this.#end('the connection was closed'))
  }

  /** There are new records. They are gathered for a moment. */
  wake() {
    if (this.#sender && !this.#timers.gather) this.#timer('gather', GATHER_MS, () => this.#pump())
  }

  async stop(reason) {
    if (this.#isOver) return
    const closed = new Promise((resolve) => {
      this.#socket.addEventListener('close', resolve)
      setTimeout(resolve, CLOSE_WITHIN_MS)
    })
    if (this.#sender) this.#send(bye(reason))
    this.#end(reason)
    await closed
  }

  #timer(name, ms, action) {
    clearTimeout(this.#timers[name])
    this.#timers[name] = setTimeout(
      () => {
        this.#timers[name] = undefined
        action()
      },
      Math.min(Math.ceil(ms), DAY_MS),
    )
  }

  #greet() {
    if (this.#isOver) return
    if (this.#socket.protocol !== SUBPROTOCOL) return this.#end('the server does not speak the protocol')
    const { agent, token, log } = this.#options
    this.#declaredNext = log.next
    this.#send(hello(agent, token, log.epoch, log.next))
  }

  #receive(data) {
    if (this.#isOver) return
    const receivedAt = Date.now()
    try {
      this.#handle(readServerFrame(data), receivedAt)
    } catch (error) {
      this.#end(`unreadable: ${error.message}`)
    }
  }

  #handle(message, receivedAt) {
    if (message.type === 'goaway') {
      const awayMs = Math.min(message.retryAfterMs + Math.random() * message.spreadMs, DAY_MS)
      return this.#end(`sent away: ${message.reason}, ${message.text}`, awayMs)
    }
    if ((message.type === 'welcome') === Boolean(this.#sender)) throw new Error(`${message.type} out of place`)
    switch (message.type) {
      case 'welcome':
        this.#welcome(message)
        break
      case 'ack':
        this.#sender.ack(message)
        break
      case 'nack':
        this.#sender.nack({ ...message, retryAfterMs: Math.min(message.retryAfterMs, DAY_MS) })
        break
      case 'credit':
        this.#sender.setCredit(message.credit)
        break
      case 'ping':
        this.#send(pong(message.sentAt, receivedAt))
        break
    }
    this.#timers.silence?.refresh()
    this.#pump()
    this.#options.onAnswer()
  }

  #welcome(welcome) {
    clearTimeout(this.#timers.welcome)
    const { log, frames } = this.#options
    this.#sender = new Sender({
      log,
      frames,
      welcome,
      declaredNext: this.#declaredNext,
      send: (bytes) => this.#send(bytes),
    })
    this.#timer('silence', welcome.heartbeatMs * 3, () => this.#end('heard nothing'))
    // Twice as often as asked, so that a slow network does not make it too late.
    this.#timers.heartbeat = setInterval(
      () => this.#send(ping()),
      Math.max(1, Math.min(welcome.heartbeatMs / 2, DAY_MS)),
    )
  }

  #pump() {
    if (this.#isOver) return
    const due = this.#sender.pump()
    if (due !== undefined) this.#timer('retry', due - performance.now() + 1, () => this.#pump())
  }

  #send(bytes) {
    if (this.#socket.readyState !== WebSocket.OPEN) return
    this.#socket.send(bytes)
    this.#timers.heartbeat?.refresh()
  }

  #end(why, awayMs = 0) {
    if (this.#isOver) return
    this.#isOver = true
    for (const timer of Object.values(this.#timers)) clearTimeout(timer)
    this.#socket?.close()
    this.#settle({ why, awayMs, welcomed: Boolean(this.#sender) })
  }
}
