import type { Lane, TelemetryRecord } from '@headwatch/protocol'
import {
  type Ack,
  decodeMessage,
  encodeMessage,
  encodeRecords,
  type Nack,
  type NativeMessage,
  nativeSubprotocol,
} from '@headwatch/protocol/native'
import { WebSocket } from 'ws'

interface SentBatch {
  readonly first: bigint
  readonly count: number
  readonly body: Uint8Array
}

/**
 * One agent of a fleet: numbers what it is given and sends it at once. What the server asks for again it repeats in the
 * backlog lane. A batch of which nothing is heard is never repeated: it stays unanswered, and is counted so.
 */
export class NativeMember {
  readonly agent: string
  readonly #socket: WebSocket
  readonly #welcomed = Promise.withResolvers<void>()
  readonly #unanswered: Record<Lane, SentBatch[]> = { live: [], backlog: [] }
  #again: SentBatch[] = []
  #next = 1n
  #repeated = 0
  #dropped = 0
  #isLost = false
  #isLeaving = false

  constructor(endpoint: string, agent: string, epoch: string) {
    this.agent = agent
    this.#socket = new WebSocket(endpoint, nativeSubprotocol, { perMessageDeflate: false })
    const streams = [{ stream: 'main', epoch, next: this.#next }]
    const hello = { type: 'hello', agent, program: 'simulator', token: `token of ${agent}`, streams } as const
    this.#socket.on('open', () => this.#say({ ...hello, capabilities: [] }))
    this.#socket.on('message', (frame: Buffer) => this.#hear(frame))
    this.#socket.on('error', (error) => this.#welcomed.reject(error))
    this.#socket.on('close', (code) => {
      this.#isLost = !this.#isLeaving
      this.#welcomed.reject(new Error(`${agent} was refused (${code})`))
    })
    this.#welcomed.promise.catch(() => undefined)
  }

  /** Resolves when the server has welcomed it, rejects when it does not. */
  get welcomed(): Promise<void> {
    return this.#welcomed.promise
  }

  get sentRecords(): number {
    return Number(this.#next - 1n)
  }

  get unansweredRecords(): number {
    const waiting = [...this.#unanswered.live, ...this.#unanswered.backlog, ...this.#again]
    return waiting.reduce((sum, { count }) => sum + count, 0)
  }

  /** Records the server asked for once more. */
  get repeatedRecords(): number {
    return this.#repeated
  }

  /** Records the server will never take. */
  get droppedRecords(): number {
    return this.#dropped
  }

  /** Whether the server ended the connection. */
  get isLost(): boolean {
    return this.#isLost
  }

  /** Sends the records as one batch. */
  send(records: readonly TelemetryRecord[]): void {
    const batch = { first: this.#next, count: records.length, body: encodeRecords({ records }) }
    this.#next += BigInt(records.length)
    this.#sendBatch(batch, 'live')
  }

  leave(): void {
    this.#isLeaving = true
    this.#socket.close()
  }

  #sendBatch(batch: SentBatch, lane: Lane): void {
    this.#unanswered[lane].push(batch)
    this.#say({ type: 'data', stream: 'main', lane, codec: 'plain', ...batch })
  }

  #hear(frame: Buffer): void {
    const decoded = decodeMessage(frame)
    if (!decoded.ok) return
    const { message } = decoded
    if (message.type === 'welcome') this.#welcomed.resolve()
    if (message.type === 'ack') this.#hearAck(message)
    if (message.type === 'nack') this.#hearNack(message)
    if (message.type === 'ping') {
      const now = Date.now()
      this.#say({ type: 'pong', sentAt: message.sentAt, receivedAt: now, repliedAt: now })
    }
  }

  #hearAck({ lane, through }: Ack): void {
    this.#unanswered[lane] = this.#unanswered[lane].filter(({ first, count }) => first + BigInt(count) - 1n > through)
    this.#repeat()
  }

  #hearNack({ lane, first, action, retryAfterMs }: Nack): void {
    const refused = this.#unanswered[lane].filter((batch) => batch.first === first)
    this.#unanswered[lane] = this.#unanswered[lane].filter((batch) => batch.first !== first)
    for (const { count } of refused) {
      if (action === 'drop') this.#dropped += count
      else this.#repeated += count
    }
    if (action === 'drop') return
    this.#again.push(...refused)
    setTimeout(() => this.#repeat(), retryAfterMs).unref()
  }

  /** Numbers may fall only in a lane that is quiet. */
  #repeat(): void {
    if (this.#unanswered.backlog.length > 0) return
    const again = this.#again.toSorted((a, b) => Number(a.first - b.first))
    this.#again = []
    for (const batch of again) this.#sendBatch(batch, 'backlog')
  }

  #say(message: NativeMessage): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(encodeMessage(message))
  }
}
