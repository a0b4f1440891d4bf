import { isClosed, type Lane, type SequenceRange } from '@headwatch/protocol'
import {
  type AgentMessage,
  type Credit,
  type Data,
  decodeMessage,
  type GapNotice,
  type Hello,
  type Welcome,
} from '@headwatch/protocol/native'

/** A data or gap frame that has come and is not answered. */
export interface UnansweredFrame extends SequenceRange {
  readonly message: Data | GapNotice
  readonly records: number
  readonly bytes: number
}

interface StreamRules {
  readonly epoch: string
  next: bigint
  readonly highest: Record<Lane, bigint>
}

/**
 * What `docs/native-protocol.md` forbids an agent on one connection, looked at frame by frame. The agent hears of an answer
 * later than it is given, so whatever is wrong here is wrong as the agent sees it too.
 */
export class StrictRules {
  readonly unanswered: UnansweredFrame[] = []
  readonly #streams = new Map<string, StreamRules>()
  #welcome: Welcome | undefined
  #credit: Credit = { records: 0, bytes: 0 }

  /** What is wrong with a frame; undefined when nothing is, and then it counts. */
  judge(frame: Uint8Array, isBinary: boolean): { readonly message: AgentMessage } | { readonly wrong: string } {
    if (!isBinary) return { wrong: 'a text frame' }
    const decoded = decodeMessage(frame, this.#welcome?.limits.frameBytes)
    if (!decoded.ok) return { wrong: `${decoded.reason}: ${decoded.where}` }
    const message = decoded.message as AgentMessage
    const wrong = this.#wrongWith(message, frame.byteLength)
    return wrong === undefined ? { message } : { wrong: `${message.type}: ${wrong}` }
  }

  /** The server has said this; from now on it holds. */
  welcomed(hello: Hello, welcome: Welcome): void {
    this.#welcome = welcome
    this.#credit = welcome.credit
    for (const { stream, epoch, next } of hello.streams)
      this.#streams.set(stream, { epoch, next, highest: { live: -1n, backlog: -1n } })
  }

  /** Less credit counts only once the agent is known to have heard of it. */
  creditHolds(credit: Credit): void {
    this.#credit = credit
  }

  epochOf(stream: string): string {
    return this.#streams.get(stream)?.epoch ?? ''
  }

  /** Takes what is answered now out of the unanswered. */
  answered(is: (frame: UnansweredFrame) => boolean): readonly UnansweredFrame[] {
    const done = this.unanswered.filter(is)
    this.unanswered.splice(0, this.unanswered.length, ...this.unanswered.filter((frame) => !is(frame)))
    return done
  }

  #wrongWith(message: AgentMessage, bytes: number): string | undefined {
    switch (message.type) {
      case 'hello':
        if (this.#welcome !== undefined) return 'a second one'
        return new Set(message.streams.map(({ stream }) => stream)).size < message.streams.length
          ? 'a stream named twice'
          : undefined
      case 'ping':
      case 'pong':
      case 'bye':
        return this.#welcome === undefined ? 'before the welcome' : undefined
      case 'next': {
        const stream = this.#streams.get(message.stream)
        if (stream === undefined) return 'of an unknown stream'
        if (message.next > stream.next) stream.next = message.next
        return undefined
      }
      case 'data':
      case 'gap':
        return this.#wrongWithNumbers(message, bytes)
      default:
        return 'not for servers'
    }
  }

  #wrongWithNumbers(message: Data | GapNotice, bytes: number): string | undefined {
    const welcome = this.#welcome
    const stream = this.#streams.get(message.stream)
    if (welcome === undefined) return 'before the welcome'
    if (stream === undefined) return 'of an unknown stream'
    const { first, lane } = message
    const last = message.type === 'gap' ? message.last : first + BigInt(message.count) - 1n
    const frame = { message, first, last, bytes, records: message.type === 'gap' ? 1 : message.count }
    const wrong = this.#wrongWithSize(frame, welcome) ?? wrongWithOrder(frame, stream, this.unanswered, welcome)
    if (wrong !== undefined) return wrong
    stream.highest[lane] = last
    if (message.type === 'data' && last + 1n > stream.next) stream.next = last + 1n
    this.unanswered.push(frame)
    return undefined
  }

  #wrongWithSize({ message, records, bytes }: UnansweredFrame, { limits, capabilities }: Welcome): string | undefined {
    if (message.type === 'data' && message.count > limits.batchRecords) return `${message.count} numbers in a batch`
    if (message.type === 'data' && message.codec === 'zstd' && !capabilities.includes('zstd')) return 'zstd not agreed'
    if (this.#credit.records === 0 || this.#credit.bytes === 0) return 'without credit'
    if (this.unanswered.length === 0) return undefined
    const sum = this.unanswered.reduce((total, each) => ({ r: total.r + each.records, b: total.b + each.bytes }), {
      r: records,
      b: bytes,
    })
    return sum.r > this.#credit.records || sum.b > this.#credit.bytes ? 'beyond the credit' : undefined
  }
}

function wrongWithOrder(
  { message, first, last }: UnansweredFrame,
  { next, highest }: StreamRules,
  unanswered: readonly UnansweredFrame[],
  welcome: Welcome,
): string | undefined {
  const { stream, lane, type } = message
  const isQuiet = unanswered.every((other) => other.message.stream !== stream || other.message.lane !== lane)
  if (first <= highest[lane] && !isQuiet) return `${first} after ${highest[lane]}`
  if (type === 'data' && first > next) return `${first} beyond the declared ${next}`
  if (type === 'gap' && last >= next) return `up to ${last}, not below the declared ${next}`
  const stored = welcome.streams.find((told) => told.stream === stream)?.stored ?? []
  const repeated = [first, last].find((number) => isClosed(stored, number))
  return repeated === undefined ? undefined : `${repeated}, which the welcome said is stored`
}

/** A welcome with generous terms. */
export function welcomeFor(hello: Hello, stored: (stream: string, epoch: string) => readonly SequenceRange[]): Welcome {
  return {
    type: 'welcome',
    server: 'strict',
    program: 'strict',
    streams: hello.streams.map(({ stream, epoch }) => ({ stream, epoch, stored: stored(stream, epoch) })),
    credit: { records: 1_000, bytes: 1_000_000 },
    heartbeatMs: 5_000,
    limits: { frameBytes: 65_536, batchRecords: 100 },
    collectEveryMs: 0,
    capabilities: [],
  }
}
