import type { TelemetryRecord } from '@headwatch/protocol'
import {
  decodeMessage,
  encodeMessage,
  encodeRecords,
  type NativeMessage,
  nativeSubprotocol,
} from '@headwatch/protocol/native'
import { WebSocket } from 'ws'

/** One agent of a fleet: numbers what it is given, sends it, and counts what is acknowledged. It repeats nothing. */
export class NativeMember {
  readonly agent: string
  readonly #socket: WebSocket
  readonly #welcomed = Promise.withResolvers<void>()
  #next = 1n
  #acknowledged = 0n
  #refused = 0
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

  get acknowledgedRecords(): number {
    return Number(this.#acknowledged)
  }

  get refusedRecords(): number {
    return this.#refused
  }

  /** Whether the server ended the connection. */
  get isLost(): boolean {
    return this.#isLost
  }

  /** Sends the records as one batch. */
  send(records: readonly TelemetryRecord[]): void {
    const body = encodeRecords({ records })
    const batch = { stream: 'main', lane: 'live', first: this.#next, count: records.length } as const
    this.#next += BigInt(records.length)
    this.#say({ type: 'data', ...batch, codec: 'plain', body })
  }

  leave(): void {
    this.#isLeaving = true
    this.#socket.close()
  }

  #hear(frame: Buffer): void {
    const decoded = decodeMessage(frame)
    if (!decoded.ok) return
    const { message } = decoded
    if (message.type === 'welcome') this.#welcomed.resolve()
    if (message.type === 'ack') this.#acknowledged = message.through
    if (message.type === 'nack') this.#refused += Number(message.last - message.first) + 1
    if (message.type === 'ping') {
      const now = Date.now()
      this.#say({ type: 'pong', sentAt: message.sentAt, receivedAt: now, repliedAt: now })
    }
  }

  #say(message: NativeMessage): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(encodeMessage(message))
  }
}
