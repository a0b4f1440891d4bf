import type { AgentId } from '@headwatch/protocol'
import type { ServerSession } from './server-session.ts'

/** Who is connected. One connection for each agent: a newer one takes over, for the older is most likely dead and not noticed yet. */
export class AgentRoom {
  readonly #sessions = new Set<ServerSession>()
  readonly #byAgent = new Map<AgentId, ServerSession>()

  get size(): number {
    return this.#sessions.size
  }

  add(session: ServerSession): void {
    this.#sessions.add(session)
  }

  enter(agent: AgentId, session: ServerSession): void {
    const older = this.#byAgent.get(agent)
    this.#byAgent.set(agent, session)
    older?.giveWay()
  }

  leave(agent: AgentId | undefined, session: ServerSession): void {
    this.#sessions.delete(session)
    if (agent !== undefined && this.#byAgent.get(agent) === session) this.#byAgent.delete(agent)
  }

  [Symbol.iterator](): Iterator<ServerSession> {
    return [...this.#sessions][Symbol.iterator]()
  }
}
