import type { AgentId } from '@headwatch/protocol'
import type { GoAway } from '@headwatch/protocol/native'

/** A connection, admitted or not yet. */
export interface Guest {
  sendAway(goAway: Omit<GoAway, 'type'>): void
  /** Makes way for a newer connection of the same agent. */
  giveWay(): void
}

/** Who is connected. One connection for each agent: a newer one takes over, for the older is most likely dead and not noticed yet. */
export class AgentRoom {
  readonly #sessions = new Set<Guest>()
  readonly #byAgent = new Map<AgentId, Guest>()

  get size(): number {
    return this.#sessions.size
  }

  add(session: Guest): void {
    this.#sessions.add(session)
  }

  enter(agent: AgentId, session: Guest): void {
    const older = this.#byAgent.get(agent)
    this.#byAgent.set(agent, session)
    older?.giveWay()
  }

  leave(agent: AgentId | undefined, session: Guest): void {
    this.#sessions.delete(session)
    if (agent !== undefined && this.#byAgent.get(agent) === session) this.#byAgent.delete(agent)
  }

  [Symbol.iterator](): Iterator<Guest> {
    return [...this.#sessions][Symbol.iterator]()
  }
}
