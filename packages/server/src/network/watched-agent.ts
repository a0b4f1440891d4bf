import type { AgentId, NetworkId, NodeId, SessionEvent, TelemetryRecord, UnixMs } from '@headwatch/protocol'
import { clipText } from './clip-text.ts'
import { Rhythm } from './rhythm.ts'

/** How an agent's newest connection ended. */
export interface SessionEnd {
  readonly change: 'bye' | 'closed' | 'reset' | 'timed_out'
  readonly at: UnixMs
  readonly reason?: string
}

/** An agent: its nodes, its connection, and how often it is heard. */
export class WatchedAgent<Node = unknown> {
  readonly id: AgentId
  readonly heard = new Rhythm()
  /** The nodes it reports, by the name it gives them; the newest where it uses one name in several networks. */
  readonly nodes = new Map<NodeId, Node>()
  lastNetwork: NetworkId | undefined
  prefix: string | undefined
  end: SessionEnd | undefined
  /** When its newest connection began. */
  openedAt: UnixMs | undefined
  /** The server that passes on what it reports, where it is not connected here itself. */
  relay: WatchedAgent | undefined
  /** By the relay's clock. */
  #relayToldAt: UnixMs | undefined
  #session: string | undefined

  constructor(id: AgentId) {
    this.id = id
  }

  get hasSession(): boolean {
    return this.#session !== undefined
  }

  /**
   * Takes a session event, and whether it changed anything: the end of an older connection never ends a newer one. `relay`
   * saw the event where this server did not; a backlog brings those in any order.
   */
  applySession(event: TelemetryRecord<SessionEvent>, now: UnixMs, relay?: WatchedAgent): boolean {
    if (relay !== undefined && relay === this.relay && event.at < (this.#relayToldAt ?? event.at)) return false
    this.relay = relay
    this.#relayToldAt = relay === undefined ? undefined : event.at
    const session = clipText(event.session, 128)
    if (event.change === 'refused') return false
    if (event.change === 'opened') {
      this.#session = session
      this.openedAt = now
      this.end = undefined
      if (event.prefix !== undefined) this.prefix = clipText(event.prefix, 64)
      return true
    }
    if (this.#session !== undefined && this.#session !== session) return false
    if (event.prefix !== undefined) this.prefix = clipText(event.prefix, 64)
    this.#session = undefined
    const reason = event.reason === undefined ? {} : { reason: clipText(event.reason, 128) }
    this.end = { change: event.change, at: now, ...reason }
    return true
  }
}
