import { type MetricSet, type Origin, reading, type SessionChange, type Telemetry } from '@headwatch/protocol'
import {
  type AgentFrame,
  AgentReader,
  closeFrame,
  ethstatsLimits,
  type Hello,
  historyRequestFrame,
  nodePongFrame,
  primusPing,
  primusPong,
  readyFrame,
} from '@headwatch/protocol/ethstats'
import {
  type AdmissionVerdict,
  addressPrefix,
  type RefusalReason,
  type Socket,
  type SocketListener,
} from '@headwatch/sdk'
import { LinkTimes } from './link-times.ts'
import type { Connection, Register, SessionLent } from './session-lent.ts'

/** Why a connection ended that the peer did not end. A closed set: it labels a counter. */
type EndReason =
  | 'refused'
  | 'no_hello'
  | 'silent'
  | 'hello_too_long'
  | 'another_id'
  | 'binary'
  | 'not_reading'
  | 'fault'

/** Refusals that will stand tomorrow: old agents are told to stay away. */
const lastingRefusals: ReadonlySet<RefusalReason> = new Set(['bad_credential', 'reserved', 'banned'])

/** A holder of a name that was silent for this long gives way to whoever knocks with the same name. */
const quietHolderMs = 30_000
const maxBufferedBytes = 1_048_576

interface Member {
  readonly hello: Hello
  readonly origin: Origin
  readonly leave: () => void
}

/**
 * One connection of an agent. Who it is, is proven once, by its first hello; ids in what follows are not read.
 * Any frame is a sign of life. Nothing but a hello, pings and pongs is heard before that.
 */
export class AgentSession implements SocketListener, Connection {
  readonly #socket: Socket
  readonly #register: Register
  readonly #lent: SessionLent
  readonly #id: string
  readonly #reader: AgentReader
  readonly #openedMs: number
  #member: Member | undefined
  readonly #link = new LinkTimes()
  #headNumber: bigint | undefined
  #isAskedForHistory = false
  #lastHeardMs: number
  #lastPingMs: number
  #framesThisSecond = 0
  #isOver = false

  constructor(socket: Socket, id: string, register: Register, lent: SessionLent) {
    this.#socket = socket
    this.#register = register
    this.#lent = lent
    this.#id = id
    this.#reader = new AgentReader({ ...ethstatsLimits, frameChars: lent.config.maxFrameBytes })
    this.#openedMs = lent.clock.monotonicMs()
    this.#lastHeardMs = this.#openedMs
    this.#lastPingMs = this.#openedMs
  }

  onText(text: string): void {
    if (this.#isOver) return
    this.#lastHeardMs = this.#lent.clock.monotonicMs()
    if (++this.#framesThisSecond > this.#lent.config.maxFramesPerSecond) return this.#lent.ignored.add('too_many')
    if (this.#member === undefined && text.length > this.#lent.config.maxHelloBytes) {
      return this.#end('hello_too_long', 1009, 'refused')
    }
    try {
      this.#take(this.#reader.read(text))
    } catch (thrown) {
      this.#lent.logger.error('an ethstats frame could not be handled', { error: String(thrown) })
      this.#end('fault', 1011, 'closed')
    }
  }

  onBinary(): void {
    this.#end('binary', 1003, 'closed')
  }

  onEnd(clean: boolean): void {
    this.#leave(clean ? 'closed' : 'reset')
  }

  sweep(nowMs: number): void {
    this.#framesThisSecond = 0
    const { helloWithinMs, maxSilenceMs, pingEveryMs } = this.#lent.config
    if (this.#member === undefined && nowMs - this.#openedMs >= helloWithinMs) {
      return this.#end('no_hello', 1008, 'timed_out')
    }
    if (nowMs - this.#lastHeardMs >= maxSilenceMs) return this.#end('silent', 1001, 'timed_out')
    if (this.#socket.bufferedBytes > maxBufferedBytes) return this.#end('not_reading', 1008, 'reset')
    // Before `ready` a ping would be taken for a refusal.
    if (this.#member?.hello.dialect.primusPing !== 'harmless' || nowMs - this.#lastPingMs < pingEveryMs) return
    this.#ping(nowMs)
  }

  giveWay(nowMs: number): boolean {
    if (nowMs - this.#lastHeardMs < quietHolderMs) return false
    this.#end('silent', 1001, 'timed_out')
    return true
  }

  #take(frame: AgentFrame): void {
    switch (frame.kind) {
      case 'hello':
        this.#lent.taken.add('hello')
        return this.#member === undefined ? this.#knock(frame.hello) : this.#greetAgain(this.#member, frame.hello)
      case 'node_ping':
        this.#lent.taken.add('node-ping')
        return this.#answer(frame)
      case 'primus_ping':
        return this.#socket.send(primusPong(frame.time))
      case 'malformed':
        return this.#lent.ignored.add(frame.reason)
      case 'telemetry':
      case 'history':
        return this.#member === undefined
          ? this.#lent.ignored.add('before_hello')
          : this.#takeItems(this.#member, frame)
      case 'ignored':
        return this.#lent.ignored.add('unknown_topic')
      case 'primus_pong':
        return this.#learnWay(frame.time)
      case 'spark_latency':
        return
    }
  }

  #takeItems(member: Member, frame: Extract<AgentFrame, { kind: 'telemetry' | 'history' }>): void {
    if (frame.kind === 'history') this.#settleHistory(member, frame.unreadable)
    else this.#lent.taken.add(frame.topic)
    for (const item of frame.items) {
      if (item.type === 'block' && item.occasion !== 'history') this.#headNumber = item.block.number
      this.#emit(member, item.type === 'metrics' ? this.#withClock(item) : item)
    }
    if (frame.kind === 'telemetry' && frame.topic === 'latency') this.#askForHistory(member)
  }

  #settleHistory(member: Member, unreadable: number): void {
    this.#lent.taken.add('history')
    if (unreadable > 0) this.#lent.ignored.add('bad_history_entry', unreadable)
    const { network } = member.origin
    if (network !== undefined) this.#lent.historyAsker.answered(network, this.#lastHeardMs)
  }

  #knock(hello: Hello): void {
    const verdict = this.#admit(hello)
    if (!verdict.admitted) {
      this.#lent.refused.add(verdict.reason)
      if (lastingRefusals.has(verdict.reason)) this.#socket.send(closeFrame)
      return this.#end('refused', 1008, 'refused')
    }
    const { agent } = verdict.principal
    this.#member = { hello, origin: originOf(agent, hello), leave: verdict.leave }
    this.#register.enter(agent, this)
    this.#socket.send(readyFrame)
    this.#emitSession(this.#member, 'opened')
    this.#emit(this.#member, hello.node)
  }

  /** The name may be held by a connection that died without a word. */
  #admit(hello: Hello): AdmissionVerdict {
    const { address } = this.#socket
    const knock = { agent: hello.id, credential: hello.secret, address, protocol: 'ethstats' as const }
    const verdict = this.#lent.admission.admit(knock)
    if (verdict.admitted || verdict.reason !== 'name_taken') return verdict
    return this.#register.freeName(hello.id, this.#lastHeardMs) ? this.#lent.admission.admit(knock) : verdict
  }

  /** Some agents say hello every minute, on purpose. As somebody else nobody may. */
  #greetAgain(member: Member, hello: Hello): void {
    if (hello.id !== member.hello.id) {
      this.#socket.send(closeFrame)
      return this.#end('another_id', 1008, 'closed')
    }
    this.#member = { ...member, hello, origin: originOf(member.origin.agent, hello) }
    this.#socket.send(readyFrame)
    const isNews =
      JSON.stringify(toText(hello)) !== JSON.stringify(toText(member.hello)) || hello.network !== member.hello.network
    if (isNews) this.#emit(this.#member, hello.node)
  }

  #answer({ clientTime, sentAt }: Extract<AgentFrame, { kind: 'node_ping' }>): void {
    const now = this.#lent.clock.now()
    if (sentAt !== undefined) this.#link.isAsked(sentAt, now)
    const frame = nodePongFrame(clientTime, now)
    this.#lent.answers.add(() => {
      this.#link.answers(this.#lent.clock.monotonicMs())
      this.#socket.send(frame)
    })
  }

  #ping(nowMs: number): void {
    this.#lastPingMs = nowMs
    const time = Math.floor(this.#lent.clock.now())
    this.#link.pings(time, nowMs)
    this.#socket.send(primusPing(time))
  }

  /** Where the client's own figure is not the way, ours takes its place. */
  #learnWay(time: string): void {
    if (!this.#link.isPonged(time, this.#lastHeardMs) || this.#member?.hello.dialect.latency !== 'unclear') return
    const readings = { [reading.latency]: this.#link.wayMs ?? 0 }
    this.#emit(this.#member, this.#withClock({ type: 'metrics', readings }))
  }

  /** What is told of the way settles how far the client's clock is from ours. */
  #withClock(item: MetricSet): MetricSet {
    const told = item.readings[reading.latency]
    if (told === undefined) return item
    this.#link.isTold(Number(told), this.#lastHeardMs)
    const { clock } = this.#link
    if (clock === undefined) return item
    const { offsetMs, errorMs } = clock
    return { ...item, readings: { ...item.readings, [reading.clockOffset]: offsetMs, [reading.clockError]: errorMs } }
  }

  /** Latency comes regularly from every client that answers, and only after it is settled. */
  #askForHistory(member: Member): void {
    if (this.#isAskedForHistory || !member.hello.canAnswerHistory || this.#headNumber === undefined) return
    const { network } = member.origin
    const frame = historyRequestFrame(this.#headNumber - 1n)
    if (network === undefined || frame === undefined) return
    if (!this.#lent.historyAsker.takeTurn(network, this.#lastHeardMs)) return
    this.#isAskedForHistory = true
    this.#socket.send(frame)
  }

  /** On our clock, less the way here. Of the client's own clock that says nothing. */
  #emit(member: Member, item: Telemetry): void {
    const wayMs = item.type === 'session' ? 0 : (this.#link.wayMs ?? 0)
    this.#lent.intake.add({ ...item, origin: member.origin, at: Math.round(this.#lent.clock.now() - wayMs) })
  }

  #emitSession(member: Member, change: SessionChange, reason?: string): void {
    const prefix = addressPrefix(this.#socket.address)
    this.#emit(member, {
      type: 'session',
      change,
      session: this.#id,
      ...(prefix !== undefined && { prefix }),
      ...(reason !== undefined && { reason }),
    })
  }

  #end(reason: EndReason, code: number, change: SessionChange): void {
    if (this.#isOver) return
    this.#lent.ended.add(reason)
    this.#leave(change, reason)
    this.#socket.close(code, reason)
  }

  #leave(change: SessionChange, reason?: EndReason): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#register.exit(this, this.#member?.origin.agent)
    if (this.#member === undefined) return
    this.#member.leave()
    // That the server stops says nothing of the agent.
    if (!this.#register.isClosing) this.#emitSession(this.#member, change, reason)
  }
}

function originOf(agent: string, { id, network }: Hello): Origin {
  return { agent, node: id, ...(network !== undefined && { network }) }
}

function toText({ node }: Hello): Readonly<Record<string, unknown>> {
  return { ...node, chainId: node.chainId?.toString() }
}
