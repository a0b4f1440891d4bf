import type {
  BlockReport,
  ClockOffset,
  Hex,
  NetworkId,
  NodeId,
  PastSilence,
  SilenceVerdict,
  UnixMs,
} from '@headwatch/protocol'
import type { CanonicalChain } from './canonical-chain.ts'
import type { NodeFacts } from './node-facts.ts'
import type { Rhythm } from './rhythm.ts'
import type { Sighting } from './sighting.ts'
import type { TreeBlock } from './tree-block.ts'
import type { Uptime } from './uptime.ts'
import type { WatchedAgent } from './watched-agent.ts'

/** What a node needs of its network. */
export interface HomeNetwork {
  readonly id: NetworkId
  genesis: Hex | undefined
  readonly head: TreeBlock | undefined
  /** The chain of the head. */
  readonly chain: CanonicalChain | undefined
  /** Marks a node as changed. */
  touch(node: WatchedNode): void
  /** A block as a node has it. Anything but history is the node's head, if it is its latest word. */
  receive(node: WatchedNode, report: BlockReport, sighting: Sighting): void
  /** Counts the node's vote again after its head, its syncing or its silence changed. */
  revote(node: WatchedNode): void
  /** Settles what a message may have changed: the head, and with it the chain. To be called after each. */
  settle(headBefore: TreeBlock | undefined, now: UnixMs): void
  remove(node: WatchedNode): void
}

/** One node as the state keeps it. Changed by its network and the state only; others get snapshots. */
export interface WatchedNode {
  readonly node: NodeId
  /** Its place among its network's nodes, given to another after it is gone. */
  index: number
  agent: WatchedAgent<WatchedNode>
  network: HomeNetwork
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
