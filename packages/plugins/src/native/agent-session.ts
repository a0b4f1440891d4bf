import {
  type Batch,
  type ClockOffset,
  type Gap,
  type Lane,
  openParts,
  rangeOf,
  type SequenceRange,
  type TelemetryRecord,
} from '@headwatch/protocol'
import {
  type AgentMessage,
  decodeMessage,
  encodeMessage,
  type GoAway,
  type Hello,
  type Limits,
  type Nack,
  type Pong,
  type ServerMessage,
  type Welcome,
} from '@headwatch/protocol/native'
import { type Clock, type ExportOutcome, type Meter, RetryableError, retryAfterOf } from '@headwatch/sdk'
import { type BatchFrame, framesOf, type Pack, plain } from './batch-frames.ts'
import { packBody } from './body-packing.ts'
import { exportOutcome } from './export-outcome.ts'
import { Heartbeat } from './heartbeat.ts'
import type { Dialer, Link, LinkListener } from './link.ts'
import { Outbox, type OutgoingFrame } from './outbox.ts'

/** A server that asks for more is asked again all the same: nobody is silenced for ever by one message. */
const longestWaitMs = 86_400_000

/** With smaller limits than these a server could only have records let go. */
const leastLimits: Limits = { frameBytes: 4_096, batchRecords: 1 }

/** What may wait in the socket: more would only take memory, and age. */
const maxBufferedBytes = 1_048_576

export interface AgentSessionParts {
  readonly dialer: Dialer
  readonly endpoint: string
  readonly connectTimeoutMs: number
  readonly clock: Clock
  readonly meter: Meter
  /** From 0 up to but without 1. */
  readonly random: () => number
}

/** Why a session ended, and how long to stay away at least. */
export class SessionEndedError extends RetryableError {
  override readonly name = 'SessionEndedError'
  /** Present when the server said so. */
  readonly goAway: GoAway['reason'] | undefined

  constructor(message: string, retryAfterMs = 0, goAway?: GoAway['reason']) {
    super(message, { retryAfterMs })
    this.goAway = goAway
  }
}

/** One connection to a server, from hello to its end, as the agent has it. */
export class AgentSession implements LinkListener {
  readonly #parts: AgentSessionParts
  readonly #outbox: Outbox
  readonly #heartbeat: Heartbeat
  readonly #stop = new AbortController()
  readonly #welcome = Promise.withResolvers<Welcome>()
  readonly #ended = Promise.withResolvers<SessionEndedError>()
  #link: Link | undefined
  #isWelcomed = false
  #clockOffset: ClockOffset | undefined
  #stored = new Map<string, readonly SequenceRange[]>()
  #limits: Limits = { frameBytes: 0, batchRecords: 1 }
  #pack: Pack = plain
  /** What the server knows of each stream's next number. */
  #declared = new Map<string, bigint>()

  constructor(parts: AgentSessionParts) {
    this.#parts = parts
    this.#heartbeat = new Heartbeat(parts.clock)
    this.#outbox = new Outbox(
      { records: 0, bytes: 0 },
      {
        send: (frame) => this.#send(frame),
        isBlocked: () => (this.#link?.bufferedBytes ?? 0) > maxBufferedBytes,
      },
    )
    this.#welcome.promise.catch(() => undefined)
  }

  /** Resolves when the connection is over, whoever ended it. */
  get ended(): Promise<SessionEndedError> {
    return this.#ended.promise
  }

  /** Connects and says hello. Resolves when the server welcomes. @throws {SessionEndedError} it does not. */
  async open(hello: Hello): Promise<void> {
    const { endpoint, connectTimeoutMs, clock } = this.#parts
    const { signal } = this.#stop
    void clock.sleep(connectTimeoutMs, signal).then(
      () => this.#isWelcomed || this.end(new SessionEndedError(`no welcome from ${endpoint}`)),
      () => undefined,
    )
    void this.#dial(hello)
    const welcome = await this.#welcome.promise
    this.#isWelcomed = true
    this.#limits = welcome.limits
    this.#stored = new Map(welcome.streams.map(({ stream, stored }) => [stream, stored]))
    this.#declared = new Map(hello.streams.map(({ stream, next }) => [stream, next]))
    if (welcome.capabilities.includes('zstd')) this.#pack = packBody
    this.#outbox.changeCredit(welcome.credit)
    void this.#heartbeat.run(
      welcome.heartbeatMs,
      () => this.#say({ type: 'ping', sentAt: clock.now() }),
      () => this.end(new SessionEndedError('the server fell silent')),
      signal,
    )
  }

  /** Sends what the server does not have of the batch, and resolves when it has answered for all of it. */
  async send(batch: Batch, signal: AbortSignal): Promise<ExportOutcome | undefined> {
    const parts = this.#openParts(batch.source.stream, rangeOf(batch))
    const stamped = parts.length === 0 ? batch : this.#withClock(batch)
    const frames = parts.flatMap((part): BatchFrame[] => [...framesOf(stamped, part, this.#limits, this.#pack)])
    const fates = await allOrNone(frames.map((frame) => this.#outbox.add(frame, signal)))
    const nacks = fates.flatMap((fate) => fate.nacks)
    return exportOutcome(
      batch,
      nacks,
      frames.flatMap(({ tooLong }) => tooLong),
    )
  }

  /** Declares numbers as never coming, and resolves when the server knows. */
  async declare({ source: { stream }, reason, ...gap }: Gap, lane: Lane, signal: AbortSignal): Promise<void> {
    const parts = this.#openParts(stream, gap)
    const fates = await allOrNone(
      parts.map(({ first, last }) => {
        const bytes = encodeMessage({ type: 'gap', stream, lane, first, last, reason })
        return this.#outbox.add(
          { stream, lane, range: { first, last }, declares: last + 1n, records: 1, bytes },
          signal,
        )
      }),
    )
    const retry = fates.flatMap((fate) => fate.nacks).find(({ action }) => action === 'retry')
    if (retry !== undefined) throw new RetryableError(retry.reason, { retryAfterMs: retry.retryAfterMs })
  }

  /** Says goodbye, so that the silence that follows is nobody's fault. */
  leave(reason: string): void {
    this.#say({ type: 'bye', reason })
    this.end(new SessionEndedError(reason))
  }

  end(error: SessionEndedError): void {
    if (this.#stop.signal.aborted) return
    this.#stop.abort()
    this.#link?.close()
    this.#welcome.reject(error)
    this.#outbox.end(error)
    this.#ended.resolve(error)
  }

  onFrame(frame: Uint8Array): void {
    if (this.#stop.signal.aborted) return
    this.#heartbeat.heard()
    const decoded = decodeMessage(frame)
    if (!decoded.ok) return this.#endBadly(decoded.reason)
    this.#hear(decoded.message as ServerMessage)
  }

  onDrain(): void {
    this.#outbox.drained()
  }

  onEnd(clean: boolean): void {
    this.end(new SessionEndedError(clean ? 'the server closed the connection' : 'the connection was lost'))
  }

  async #dial(hello: Hello): Promise<void> {
    const { dialer, endpoint } = this.#parts
    const { signal } = this.#stop
    try {
      this.#link = await dialer.dial(endpoint, this, signal)
      if (signal.aborted) this.#link.close()
      this.#say(hello)
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : `nobody answers at ${endpoint}`
      this.end(new SessionEndedError(message, Math.min(longestWaitMs, retryAfterOf(cause) ?? 0)))
    }
  }

  /** A frame that begins beyond what the server knows of the log would be refused, so the server is told first. */
  #send({ stream, range, declares, bytes }: OutgoingFrame): void {
    const declared = this.#declared.get(stream) ?? 0n
    if (declares > declared) this.#say({ type: 'next', stream, next: declares })
    this.#declared.set(
      stream,
      [declared, declares, range.last + 1n].reduce((a, b) => (a > b ? a : b)),
    )
    this.#link?.send(bytes)
  }

  #hear(message: ServerMessage): void {
    switch (message.type) {
      case 'welcome':
        return areUsable(message.limits) ? this.#welcome.resolve(message) : this.#endBadly('bad_limits')
      case 'ack':
        return this.#outbox.ack(message.stream, message.lane, message.through)
      case 'nack':
        return this.#hearNack(message)
      case 'credit':
        return this.#outbox.changeCredit(message)
      case 'goaway':
        return this.#hearGoAway(message)
      case 'ping':
        return this.#answer(message.sentAt)
      case 'pong':
        return this.#measure(message)
      default:
        return this.#endBadly('not_for_agents')
    }
  }

  #hearNack(nack: Nack): void {
    this.#parts.meter.count('headwatch_native_nacks_total', 1, { action: nack.action })
    this.#outbox.nack({ ...nack, retryAfterMs: Math.min(longestWaitMs, nack.retryAfterMs) })
  }

  #hearGoAway({ reason, retryAfterMs, spreadMs }: GoAway): void {
    const waitMs = Math.min(longestWaitMs, retryAfterMs + Math.floor(spreadMs * this.#parts.random()))
    this.end(new SessionEndedError(`the server sent the agent away: ${reason}`, waitMs, reason))
  }

  #answer(sentAt: number): void {
    const now = this.#parts.clock.now()
    this.#say({ type: 'pong', sentAt, receivedAt: now, repliedAt: now })
  }

  #measure({ sentAt, receivedAt, repliedAt }: Pong): void {
    const now = this.#parts.clock.now()
    const offsetMs = (receivedAt - sentAt + (repliedAt - now)) / 2
    const errorMs = Math.max(0, (now - sentAt - (repliedAt - receivedAt)) / 2)
    this.#clockOffset = { offsetMs, errorMs }
    this.#parts.meter.set('headwatch_clock_offset_ms', offsetMs)
    this.#parts.meter.set('headwatch_clock_error_ms', errorMs)
  }

  /** Fresh records say how far the clock is that dated them. For those of a backlog the offset of today may be wrong. */
  #withClock(batch: Batch): Batch {
    const clock = this.#clockOffset
    if (clock === undefined || batch.lane === 'backlog') return batch
    return { ...batch, records: batch.records.map((record) => dated(record, clock)) }
  }

  #endBadly(reason: string): void {
    this.#parts.meter.count('headwatch_native_frames_refused_total', 1, { reason })
    this.end(new SessionEndedError(`the server sent what the agent cannot read: ${reason}`))
  }

  #openParts(stream: string, range: SequenceRange): readonly SequenceRange[] {
    return openParts(this.#stored.get(stream) ?? [], range)
  }

  #say(message: AgentMessage): void {
    this.#link?.send(encodeMessage(message))
  }
}

/** Of a record that is passed on, the agent's clock is known by how far it is from ours, or not at all. */
function dated(record: TelemetryRecord, ours: ClockOffset): TelemetryRecord {
  const { identity, clock } = record
  if (identity === undefined) return clock === undefined ? { ...record, clock: ours } : record
  if (clock === undefined) return record
  const sum = { offsetMs: clock.offsetMs + ours.offsetMs, errorMs: clock.errorMs + ours.errorMs }
  return { ...record, clock: sum }
}

function areUsable({ frameBytes, batchRecords }: Limits): boolean {
  return frameBytes >= leastLimits.frameBytes && batchRecords >= leastLimits.batchRecords
}

/** Like `Promise.all`, but waits for every one of them, so that none is left behind when one fails. */
async function allOrNone<T>(promises: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(promises)
  return Promise.all(promises)
}
