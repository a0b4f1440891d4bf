import type { AgentId } from '@headwatch/protocol'
import type { Admission, Clock, Logger, Socket, SocketListener } from '@headwatch/sdk'
import { AgentSession } from './agent-session.ts'
import type { EthstatsReceiverConfig } from './config.ts'
import type { HistoryAsker } from './history-asker.ts'
import type { Intake } from './intake.ts'
import type { LateAnswers } from './late-answers.ts'
import type { Tally } from './tally.ts'

/** What the connections of one receiver share. */
export interface SessionLent {
  readonly config: EthstatsReceiverConfig
  readonly clock: Clock
  readonly logger: Logger
  readonly admission: Admission
  readonly intake: Intake
  readonly answers: LateAnswers
  readonly historyAsker: HistoryAsker
  /** Frames read, by topic. */
  readonly taken: Tally
  /** Frames not read, by reason. */
  readonly ignored: Tally
  /** Connections not let in, by reason. */
  readonly refused: Tally
  /** Connections ended from here, by reason. */
  readonly ended: Tally
}

/** Every open connection of one receiver, and who holds which name. */
export class SessionRoom {
  readonly #lent: SessionLent
  readonly #prefix: string
  readonly #signal: AbortSignal
  readonly #sessions = new Set<AgentSession>()
  readonly #holders = new Map<AgentId, AgentSession>()
  #opened = 0

  /** `prefix` tells the sessions of this life of the receiver from those before. */
  constructor(lent: SessionLent, prefix: string, signal: AbortSignal) {
    this.#lent = lent
    this.#prefix = prefix
    this.#signal = signal
  }

  get size(): number {
    return this.#sessions.size
  }

  /** Whether the receiver itself is stopping. */
  get isClosing(): boolean {
    return this.#signal.aborted
  }

  /** Undefined when the room is full. */
  open(socket: Socket): SocketListener | undefined {
    if (this.#sessions.size >= this.#lent.config.maxConnections) {
      this.#lent.refused.add('too_many_connections')
      return undefined
    }
    const session = new AgentSession(socket, `${this.#prefix}-${++this.#opened}`, this, this.#lent)
    this.#sessions.add(session)
    return session
  }

  sweep(): void {
    const nowMs = this.#lent.clock.monotonicMs()
    for (const session of this.#sessions) session.sweep(nowMs)
  }

  /** Frees every name; the front door closes the connections. */
  close(): void {
    for (const session of this.#sessions) session.onEnd(true)
  }

  enter(agent: AgentId, session: AgentSession): void {
    this.#holders.set(agent, session)
  }

  exit(session: AgentSession, agent: AgentId | undefined): void {
    this.#sessions.delete(session)
    if (agent !== undefined && this.#holders.get(agent) === session) this.#holders.delete(agent)
  }

  /** Ends the connection that holds `agent` if it has gone quiet; whether the name is worth another try. */
  freeName(agent: AgentId, nowMs: number): boolean {
    return this.#holders.get(agent)?.giveWay(nowMs) ?? false
  }
}
