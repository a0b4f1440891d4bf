import type { ClockOffset, NodeId, PastSilence, SilenceVerdict, UnixMs } from '@headwatch/protocol'
import type { NodeFacts } from './node-facts.ts'
import type { Rhythm } from './rhythm.ts'
import type { TreeBlock } from './tree-block.ts'
import type { Uptime } from './uptime.ts'
import type { WatchedAgent } from './watched-agent.ts'
import type { WatchedNetwork } from './watched-network.ts'

/** One node as the state keeps it. Changed by its network and the state only; others get snapshots. */
export interface WatchedNode {
  readonly node: NodeId
  /** Its place among its network's nodes, given to another after it is gone. */
  index: number
  agent: WatchedAgent
  network: WatchedNetwork
  readonly facts: NodeFacts
  clock: ClockOffset | undefined
  readonly firstSeenAt: UnixMs
  /** Since when this server has waited for it; later than `firstSeenAt` for a node from the store. */
  readonly knownSince: UnixMs
  readonly heard: Rhythm
  /** Signs of life of the client itself, not only of its agent. */
  readonly answered: Rhythm
  uptime: Uptime
  head: NodeHeadClaim | undefined
  /** Where its vote stands while it has one. */
  vote: TreeBlock | undefined
  isVoter: boolean
  /** Whether it is counted among those that have a head and do not sync. */
  isSettled: boolean
  silence: SilenceVerdict | undefined
  pastSilence: PastSilence | undefined
  /** What followers were told last, to see when time alone changed it. */
  told: string
}

/** The best block of a node by its own word. */
export interface NodeHeadClaim {
  readonly block: TreeBlock
  readonly seenAt: UnixMs
}

/** When it was heard last, or first known where it never was. */
export function lastHeard(node: WatchedNode): UnixMs {
  return node.heard.lastAt ?? node.firstSeenAt
}
