import type { SequenceRange, SessionChange, Source } from '@headwatch/protocol'
import {
  type AgentMessage,
  type Capability,
  type Data,
  decodeMessage,
  encodeMessage,
  type GapNotice,
  type GoAway,
  type Hello,
  type ServerMessage,
  type StoredStream,
} from '@headwatch/protocol/native'
import {
  type Accept,
  type AdmissionVerdict,
  addressPrefix,
  type ReceiverHost,
  type RefusalReason,
} from '@headwatch/sdk'
import type { Acknowledging, AckRounds } from './ack-rounds.ts'
import type { AgentRoom, Guest } from './agent-room.ts'
import { type PackedBody, unpackBody } from './body-packing.ts'
import type { NativeReceiverConfig } from './config.ts'
import { takeData, takeGap } from './frame-taking.ts'
import type { Refusal } from './hand-over.ts'
import { Heartbeat } from './heartbeat.ts'
import { IncomingStream } from './incoming-stream.ts'
import type { LaneLedger, LedgerEntry, Size } from './lane-ledger.ts'
import type { Link, LinkListener } from './link.ts'
import type { RelayLosses } from './relay-losses.ts'

export interface ServerSessionParts {
  readonly config: NativeReceiverConfig
  readonly host: ReceiverHost
  readonly accept: Accept
  readonly room: AgentRoom
  readonly ackRounds: AckRounds
  readonly losses: RelayLosses
}

const noBody: PackedBody = { codec: 'plain', body: new Uint8Array() }

/** What this receiver can do beyond the minimum. */
const capabilities: readonly Capability[] = ['zstd']

/** A peer that lets this much pile up unread is cut off. */
const maxBufferedBytes = 1_048_576

/** What comes first is read no further: the longest hello with every stream that it may name is shorter. */
const maxHelloBytes = 131_072

/** How long a name's older or newer holder is asked to stay away, so that two agents of one name do not fight. */
const duplicateRetryMs = 60_000

const goAwayFor: Readonly<Record<RefusalReason, GoAway['reason']>> = {
  bad_credential: 'unauthorized',
  reserved: 'unauthorized',
  name_taken: 'duplicate',
  banned: 'banned',
  too_many: 'overloaded',
  overloaded: 'overloaded',
}

/** Refusals that will stand in a minute too: their agents are asked to stay away for longer. */
const lasting: ReadonlySet<GoAway['reason']> = new Set(['unauthorized', 'banned'])
const lastingRetryMs = 30_000

type Admitted = Extract<AdmissionVerdict, { admitted: true }>

/** One connection from an agent, from its first frame to its end, as the server has it. */
export class ServerSession implements LinkListener, Guest, Acknowledging {
  /** Tells the connections of one agent apart. */
  readonly id: string
  readonly #link: Link
  readonly #parts: ServerSessionParts
  readonly #heartbeat: Heartbeat
  readonly #stop = new AbortController()
  #streams: ReadonlyMap<string, IncomingStream> = new Map()
  #agreed: readonly Capability[] = []
  #phase: 'greeting' | 'welcoming' | 'open' = 'greeting'
  #admitted: Admitted | undefined
  #unanswered: Size = { records: 0, bytes: 0 }
  #ackable = 0
  #isPaused = false
  #change: SessionChange | undefined

  constructor(id: string, link: Link, parts: ServerSessionParts) {
    this.id = id
    this.#link = link
    this.#parts = parts
    this.#heartbeat = new Heartbeat(parts.host.clock)
    void parts.host.clock.sleep(parts.config.helloTimeoutMs, this.#stop.signal).then(
      () => this.#phase === 'greeting' && this.#sendAway('protocol_error', 'no hello'),
      () => undefined,
    )
  }

  onFrame(frame: Uint8Array): void {
    if (this.#stop.signal.aborted) return
    this.#heartbeat.heard()
    if (this.#link.bufferedBytes > maxBufferedBytes) return this.#cut()
    const bound = this.#phase === 'greeting' ? maxHelloBytes : this.#parts.config.frameBytes
    const decoded = decodeMessage(frame, bound)
    if (decoded.ok) return this.#hear(decoded.message as AgentMessage, frame.byteLength)
    this.#refuse(decoded.reason)
  }

  onEnd(clean: boolean): void {
    if (this.#stop.signal.aborted) return
    this.#change ??= clean ? 'closed' : 'reset'
    this.#end()
  }

  /** Ends the connection and says why, and when to come back. */
  sendAway(goAway: Omit<GoAway, 'type'>): void {
    this.acknowledge()
    this.#say({ type: 'goaway', ...goAway })
    this.#change ??= 'closed'
    this.#link.close()
    this.#end()
  }

  giveWay(): void {
    this.#sendAway('duplicate', 'a newer connection of this agent took over', duplicateRetryMs)
  }

  #hear(message: AgentMessage, bytes: number): void {
    switch (message.type) {
      case 'hello':
        return this.#phase === 'greeting' ? void this.#admit(message) : this.#refuse('second_hello')
      case 'data':
      case 'gap':
        return this.#phase === 'open' ? this.#take(message, bytes) : this.#refuse('data_before_welcome')
      case 'next':
        return this.#streams.get(message.stream)?.declare(message.next)
      case 'bye':
        this.#change ??= 'bye'
        return
      case 'ping': {
        const now = this.#parts.host.clock.now()
        return this.#say({ type: 'pong', sentAt: message.sentAt, receivedAt: now, repliedAt: now })
      }
      case 'pong':
        return
      default:
        return this.#refuse('not_for_servers')
    }
  }

  async #admit(hello: Hello): Promise<void> {
    this.#phase = 'welcoming'
    const { admission } = this.#parts.host
    const { agent, token: credential } = hello
    const verdict = admission.admit({ agent, credential, address: this.#link.address, protocol: 'native' })
    if (!verdict.admitted) {
      this.#parts.host.meter.count('headwatch_native_refused_total', 1, { reason: verdict.reason })
      const reason = goAwayFor[verdict.reason]
      const retryAfterMs = verdict.retryAfterMs ?? (lasting.has(reason) ? lastingRetryMs : undefined)
      return this.#sendAway(reason, verdict.reason, retryAfterMs)
    }
    this.#admitted = verdict
    const streams = hello.streams.map((start) => new IncomingStream(verdict.principal.agent, start))
    this.#streams = new Map(streams.map((incoming) => [incoming.source.stream, incoming]))
    this.#agreed = capabilities.filter((name) => hello.capabilities.includes(name))
    if (this.#streams.size < streams.length) return this.#refuse('stream_named_twice')
    await this.#storedStreams(streams.map(({ source }) => source)).then(
      (stored) => this.#welcome(stored),
      () => this.#sendAway('overloaded', 'what is stored cannot be read now', this.#parts.config.retryAfterMs),
    )
  }

  /** One after the other: a store has few places for questions, and they are for all agents. */
  async #storedStreams(sources: readonly Source[]): Promise<readonly StoredStream[]> {
    const { storedRanges } = this.#parts.host
    const streams: StoredStream[] = []
    for (const source of sources) {
      const { stream, epoch } = source
      streams.push({ stream, epoch, stored: await storedRanges(source, this.#stop.signal) })
    }
    return streams
  }

  #welcome(streams: readonly StoredStream[]): void {
    const { config, host, room } = this.#parts
    const { agent } = host.self
    if (this.#stop.signal.aborted || this.#admitted === undefined) return
    this.#phase = 'open'
    room.enter(this.#admitted.principal.agent, this)
    this.#tell('opened')
    const { heartbeatMs, frameBytes, batchRecords, collectEveryMs } = config
    const limits = { frameBytes, batchRecords }
    const credit = this.#credit
    const server = { type: 'welcome', server: agent, program: 'headwatch', capabilities: this.#agreed } as const
    this.#say({ ...server, streams, credit, heartbeatMs, limits, collectEveryMs })
    void this.#heartbeat.run(
      heartbeatMs,
      () => this.#say({ type: 'ping', sentAt: host.clock.now() }),
      () => this.#silent(),
      this.#stop.signal,
    )
  }

  #take(message: Data | GapNotice, bytes: number): void {
    const incoming = this.#streams.get(message.stream)
    if (incoming === undefined) return this.#refuse('unknown_stream')
    const range = rangeOf(message)
    const size = { records: message.type === 'gap' ? 1 : message.count, bytes }
    const problem = this.#problemOf(message, size) ?? (incoming.allows(message.type, range) ? undefined : 'beyond_next')
    if (problem !== undefined) return this.#refuse(problem)
    const body = unpackBody(message.type === 'gap' ? noBody : message, this.#parts.config.frameBytes)
    if (!body.ok && body.reason === 'too_long') return this.#refuse('body_too_long')
    const ledger = incoming.lanes[message.lane]
    const entry = ledger.add(range, size)
    if (entry === undefined) return this.#refuse('numbers_fall')
    this.#unanswered = plus(this.#unanswered, size)
    const { source } = incoming
    const { config, host, accept, losses } = this.#parts
    const { relays, retryAfterMs } = config
    const { clock, meter, storedRanges } = host
    const isRelay = relays.includes(source.agent)
    const parts = { accept, meter, clock, storedRanges, retryAfterMs, isRelay, losses, signal: this.#stop.signal }
    if (isRelay && message.type === 'gap') losses.add({ source, ...range, reason: message.reason })
    const taken = message.type === 'gap' ? takeGap(message, source, parts) : takeData(message, body, source, parts)
    void taken.then((refusal) => this.#settle(ledger, entry, refusal))
  }

  #problemOf(message: Data | GapNotice, size: Size): string | undefined {
    if (message.type === 'data' && message.codec !== 'plain' && !this.#agreed.includes(message.codec))
      return 'codec_not_agreed'
    if (message.type === 'data' && message.count > this.#parts.config.batchRecords) return 'batch_too_long'
    // One frame may go beyond the credit, when nothing else is on its way.
    if (this.#unanswered.records === 0) return undefined
    const { records, bytes } = plus(this.#unanswered, size)
    return records > this.#credit.records || bytes > this.#credit.bytes ? 'beyond_credit' : undefined
  }

  #settle(ledger: LaneLedger, entry: LedgerEntry, refusal: Refusal | undefined): void {
    if (this.#stop.signal.aborted) return
    if (refusal !== undefined) {
      const { stream, lane, first, last } = entry
      this.#say({ type: 'nack', stream, lane, first, last, ...refusal })
      if (refusal.action === 'retry') void this.#pause(refusal.retryAfterMs)
    }
    const freed = ledger.settle(entry, refusal === undefined ? 'kept' : 'refused')
    this.#unanswered = plus(this.#unanswered, { records: -entry.size.records, bytes: -entry.size.bytes })
    this.#ackable += freed
    if (this.#ackable >= this.#parts.config.creditRecords / 4) this.acknowledge()
    else if (this.#ackable > 0) this.#parts.ackRounds.add(this)
  }

  /** Says how far everything has its answer. */
  acknowledge(): void {
    this.#ackable = 0
    for (const { lanes } of this.#streams.values()) {
      for (const ledger of [lanes.live, lanes.backlog]) {
        const through = ledger.takeThrough()
        if (through !== undefined) this.#say({ type: 'ack', stream: ledger.stream, lane: ledger.lane, through })
      }
    }
  }

  /** The pipeline is behind: no more of anything until it had time. */
  async #pause(ms: number): Promise<void> {
    if (this.#isPaused) return
    this.#isPaused = true
    this.#say({ type: 'credit', records: 0, bytes: 0 })
    await this.#parts.host.clock.sleep(ms, this.#stop.signal).catch(() => undefined)
    this.#isPaused = false
    this.#say({ type: 'credit', ...this.#credit })
  }

  get #credit() {
    return { records: this.#parts.config.creditRecords, bytes: this.#parts.config.creditBytes }
  }

  #silent(): void {
    this.#change ??= 'timed_out'
    this.#cut()
  }

  #cut(): void {
    this.#change ??= 'reset'
    this.#link.close()
    this.#end()
  }

  /** The agent broke the protocol. It costs the agent its connection, and nobody else anything. */
  #refuse(reason: string): void {
    this.#parts.host.meter.count('headwatch_native_frames_refused_total', 1, { reason })
    this.#sendAway('protocol_error', reason, this.#parts.config.retryAfterMs)
  }

  #sendAway(reason: GoAway['reason'], text: string, retryAfterMs = this.#parts.config.retryAfterMs): void {
    this.sendAway({ reason, text, retryAfterMs, spreadMs: retryAfterMs })
  }

  #end(): void {
    if (this.#stop.signal.aborted) return
    this.#stop.abort()
    this.#parts.ackRounds.remove(this)
    this.#parts.room.leave(this.#admitted?.principal.agent, this)
    this.#admitted?.leave()
    if (this.#phase === 'open') this.#tell(this.#change ?? 'closed')
  }

  #tell(change: SessionChange): void {
    const { accept, host } = this.#parts
    const agent = this.#admitted?.principal.agent
    if (agent === undefined) return
    const prefix = addressPrefix(this.#link.address)
    const event = {
      type: 'session',
      origin: { agent, node: agent },
      at: host.clock.now(),
      change,
      session: this.id,
      ...(prefix !== undefined && { prefix }),
    } as const
    accept([event]).catch(() => host.meter.count('headwatch_native_events_lost_total'))
  }

  #say(message: ServerMessage): void {
    this.#link.send(encodeMessage(message))
  }
}

function rangeOf(message: Data | GapNotice): SequenceRange {
  const { first } = message
  return { first, last: message.type === 'gap' ? message.last : first + BigInt(message.count) - 1n }
}

function plus(a: Size, b: Size): Size {
  return { records: a.records + b.records, bytes: a.bytes + b.bytes }
}
