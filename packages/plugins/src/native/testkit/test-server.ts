import type { SequenceRange, TelemetryRecord } from '@headwatch/protocol'
import {
  type Data,
  decodeMessage,
  decodeRecords,
  encodeMessage,
  type GapNotice,
  type NativeMessage,
  type Welcome,
} from '@headwatch/protocol/native'
import type { Entrance, Link, LinkListener } from '../link.ts'
import { Switchboard } from '../switchboard.ts'

/** A server for tests of the exporter: it answers as the test says and remembers what came. */
export class TestServer {
  readonly switchboard = new Switchboard()
  readonly heard: NativeMessage[] = []
  readonly records: TelemetryRecord[] = []
  readonly ranges: SequenceRange[] = []
  readonly welcome: Partial<Welcome>
  answer: 'ack' | 'drop' | 'retry' | 'silence' = 'ack'
  connections = 0
  #links = new Set<Link>()
  readonly #waiting = new Set<() => void>()
  readonly #stop = new AbortController()

  /** Agents come in through the switchboard where there is no other entrance. */
  constructor(welcome: Partial<Welcome> = {}, entrance: Entrance = this.switchboard) {
    this.welcome = welcome
    entrance.listen('in_process:main', (link) => this.#accept(link), this.#stop.signal)
  }

  /** Resolves as soon as `holds` does, asked again after every frame. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#waiting.add(resolve))
  }

  sayToAll(message: NativeMessage): void {
    for (const link of this.#links) link.send(encodeMessage(message))
  }

  hangUp(): void {
    for (const link of this.#links) link.close()
    this.#links = new Set()
  }

  close(): void {
    this.#stop.abort()
    this.hangUp()
  }

  #accept(link: Link): LinkListener {
    this.#links.add(link)
    this.connections++
    return { onFrame: (frame) => this.#hear(link, frame), onEnd: () => this.#links.delete(link) }
  }

  #hear(link: Link, frame: Uint8Array): void {
    const decoded = decodeMessage(frame)
    if (!decoded.ok) throw new Error(`the exporter sent what is no message: ${decoded.where}`)
    const { message } = decoded
    this.heard.push(message)
    if (message.type === 'hello') link.send(encodeMessage(this.#welcomeTo(message.streams)))
    if (message.type === 'data' || message.type === 'gap') this.#take(link, message)
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
  }

  #welcomeTo(streams: readonly { readonly stream: string; readonly epoch: string }[]): Welcome {
    return {
      type: 'welcome',
      server: 'test',
      program: 'test',
      streams: streams.map(({ stream, epoch }) => ({ stream, epoch, stored: [] })),
      credit: { records: 10_000, bytes: 10_000_000 },
      heartbeatMs: 15_000,
      limits: { frameBytes: 1_048_576, batchRecords: 1_000 },
      collectEveryMs: 0,
      capabilities: [],
      ...this.welcome,
    }
  }

  #take(link: Link, message: Data | GapNotice): void {
    const { stream, lane, first } = message
    const last = message.type === 'gap' ? message.last : first + BigInt(message.count) - 1n
    if (this.answer === 'silence') return
    if (this.answer === 'ack') {
      this.ranges.push({ first, last })
      const body = message.type === 'data' ? decodeRecords(message.body, message.count) : undefined
      if (body?.ok) this.records.push(...body.records)
      return link.send(encodeMessage({ type: 'ack', stream, lane, through: last }))
    }
    const nack = { type: 'nack', stream, lane, first, last, action: this.answer } as const
    link.send(encodeMessage({ ...nack, retryAfterMs: 2_000, reason: 'as the test says' }))
  }
}
