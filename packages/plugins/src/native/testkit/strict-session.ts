import {
  type AgentMessage,
  type Credit,
  encodeMessage,
  type GoAway,
  type Hello,
  type ServerMessage,
  type Welcome,
} from '@headwatch/protocol/native'
import type { WebSocket } from 'ws'
import { StrictRules, type UnansweredFrame, welcomeFor } from './strict-rules.ts'
import type { StrictStore } from './strict-store.ts'

/** What becomes of a frame: kept and acknowledged; kept, and nothing said of it; nothing at all; refused. */
export type Fate =
  | 'acknowledge'
  | 'keep'
  | 'ignore'
  | { readonly action: 'retry' | 'drop'; readonly retryAfterMs: number }

/** How a strict server behaves; a test changes it as it goes. */
export interface Script {
  welcome: Partial<Welcome>
  /** Asked for each data and gap frame. It may also end the connection. */
  fate: (frame: UnansweredFrame, session: StrictSession) => Fate
  /** Says nothing at all, not even welcome. */
  isMute: boolean
}

export interface StrictLent {
  readonly script: Script
  readonly store: StrictStore
  /** Everything any agent did wrong. */
  readonly violations: string[]
  readonly changed: () => void
}

/** One connection of an agent to a strict server. */
export class StrictSession {
  readonly heard: AgentMessage[] = []
  readonly openedMs = performance.now()
  hello: Hello | undefined
  endedMs: number | undefined
  readonly #socket: WebSocket
  readonly #lent: StrictLent
  readonly #rules = new StrictRules()
  readonly #lowered = new Map<number, Credit>()
  #pings = 0
  #isCut = false

  constructor(socket: WebSocket, lent: StrictLent) {
    this.#socket = socket
    this.#lent = lent
    socket.on('error', () => undefined)
    socket.on('message', (frame: Buffer, isBinary) => this.#hear(frame, isBinary))
    socket.on('close', () => {
      this.endedMs = performance.now()
      lent.changed()
    })
  }

  get isOver(): boolean {
    return this.endedMs !== undefined
  }

  /** Ends the connection as a cable that is cut: nothing more is heard, nothing more is said. */
  cut(): void {
    this.#isCut = true
    this.#socket.terminate()
  }

  say(message: ServerMessage): void {
    if (!this.#isCut) this.#socket.send(encodeMessage(message))
  }

  sayBytes(bytes: Uint8Array | string): void {
    this.#socket.send(bytes)
  }

  goAway(goAway: Partial<GoAway>): void {
    this.say({ type: 'goaway', reason: 'restart', text: 'as the test says', retryAfterMs: 0, spreadMs: 0, ...goAway })
  }

  /** Gives new credit. What it takes away holds once the agent has answered the ping behind it. */
  giveCredit(credit: Credit): void {
    this.say({ type: 'credit', ...credit })
    this.#lowered.set(++this.#pings, credit)
    this.say({ type: 'ping', sentAt: this.#pings })
    if (credit.records > 0) this.#rules.creditHolds(credit)
  }

  /** Acknowledges all that is kept and was not acknowledged. */
  acknowledgeAll(): void {
    for (const { message, last } of this.#rules.answered(() => true))
      this.say({ type: 'ack', stream: message.stream, lane: message.lane, through: last })
  }

  #hear(frame: Buffer, isBinary: boolean): void {
    if (this.isOver || this.#isCut) return
    const judged = this.#rules.judge(frame, isBinary)
    if ('wrong' in judged) this.#lent.violations.push(judged.wrong)
    else this.#obey(judged.message)
    this.#lent.changed()
  }

  #obey(message: AgentMessage): void {
    this.heard.push(message)
    if (this.#lent.script.isMute) return
    if (message.type === 'hello') this.#welcome(message)
    if (message.type === 'ping')
      this.say({ type: 'pong', sentAt: message.sentAt, receivedAt: Date.now(), repliedAt: Date.now() })
    if (message.type === 'pong') this.#lower(message.sentAt)
    const frame = this.#rules.unanswered.at(-1)
    if ((message.type === 'data' || message.type === 'gap') && frame !== undefined) this.#answer(frame)
  }

  #welcome(hello: Hello): void {
    this.hello = hello
    const { store, script } = this.#lent
    const welcome = { ...welcomeFor(hello, (stream, epoch) => store.rangesOf(stream, epoch)), ...script.welcome }
    this.#rules.welcomed(hello, welcome)
    this.say(welcome)
  }

  #lower(sentAt: number): void {
    const credit = this.#lowered.get(sentAt)
    if (credit !== undefined) this.#rules.creditHolds(credit)
  }

  #answer(frame: UnansweredFrame): void {
    const { script, store, violations } = this.#lent
    const fate = script.fate(frame, this)
    if (fate === 'ignore') return
    const { first, last, message } = frame
    const { stream, lane } = message
    if (typeof fate === 'object') {
      this.#rules.answered((other) => other === frame)
      return this.say({ type: 'nack', stream, lane, first, last, reason: 'as the test says', ...fate })
    }
    const wrong = store.keep(message, this.#rules.epochOf(stream))
    if (wrong !== undefined) violations.push(`${message.type}: ${wrong}`)
    if (fate === 'keep') return
    this.#rules.answered(
      (other) => other.message.stream === stream && other.message.lane === lane && other.last <= last,
    )
    this.say({ type: 'ack', stream, lane, through: last })
  }
}
