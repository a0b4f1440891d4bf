import type { AgentId } from '@headwatch/protocol'
import type { Socket, SocketListener } from '@headwatch/sdk'
import { AgentSession } from './agent-session.ts'
import type { Connection, Register, SessionLent } from './session-lent.ts'

/** Every open connection of one receiver, and who holds which name. */
export class SessionRoom implements Register {
  readonly #lent: SessionLent
  readonly #prefix: string
  readonly #signal: AbortSignal
  readonly #sessions = new Set<Connection>()
  readonly #holders = new Map<AgentId, Connection>()
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

  enter(agent: AgentId, connection: Connection): void {
    this.#holders.set(agent, connection)
  }

  exit(connection: Connection, agent: AgentId | undefined): void {
    this.#sessions.delete(connection)
    if (agent !== undefined && this.#holders.get(agent) === connection) this.#holders.delete(agent)
  }

  freeName(agent: AgentId, nowMs: number): boolean {
    return this.#holders.get(agent)?.giveWay(nowMs) ?? false
  }
}
