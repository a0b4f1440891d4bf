import type { ClockOffset, Hex, NetworkId, NodeId, UnixMs } from './item.ts'
import type { BlockHeader, Location } from './telemetry.ts'

/** What a node does, as far as anyone can tell. `unknown` until it has said enough. */
export type NodeActivity = 'in_sync' | 'behind' | 'syncing' | 'other_head' | 'silent' | 'unknown'

/** Which link of node → agent → path → server broke. `unclear` is an honest answer. */
export type SilenceCause = 'node' | 'agent' | 'path' | 'unclear'

/** Why nothing is heard of a node. */
export interface SilenceVerdict {
  readonly cause: SilenceCause
  /** Whether it follows from what was seen (`certain`) or is the likeliest of several (`inferred`). */
  readonly confidence: 'certain' | 'inferred'
  readonly since: UnixMs
  /** Sentences for people, one for each piece of evidence. */
  readonly evidence: readonly string[]
}

/** A silence that is over. What the agent tells after it may still correct its cause. */
export interface PastSilence extends SilenceVerdict {
  readonly until: UnixMs
}

/** A node's own best block and when it came. */
export interface NodeHead {
  readonly number: bigint
  readonly hash: Hex
  /** When this node reported it, corrected by its clock offset, on the server's clock. */
  readonly seenAt: UnixMs
  /** Time after the network's first sighting; absent until a second node has it or where the report came on a timer. */
  readonly propagationMs?: number
}

/** One of a node's last blocks: how late it took it; `missed` where others went on without it, `unknown` where nobody can say. */
export type BlockDelay = number | 'missed' | 'unknown'

/** A node as it stands. */
export interface NodeState {
  readonly node: NodeId
  readonly agent: string
  readonly network: NetworkId
  readonly activity: NodeActivity
  readonly silence?: SilenceVerdict
  /** The silence before, with what was found out about it since. */
  readonly lastSilence?: PastSilence
  readonly head?: NodeHead
  /** Blocks behind the network's head; 0 when it has it. Absent while either is unknown. */
  readonly behind?: number
  readonly client?: string
  readonly os?: string
  readonly contact?: string
  readonly reporter?: string
  readonly location?: Location
  readonly peers?: number
  readonly pendingTransactions?: number
  readonly gasPriceWei?: bigint
  /** 0 to 1; absent unless it syncs and says how far. */
  readonly syncProgress?: number
  readonly latencyMs?: number
  readonly clock?: ClockOffset
  readonly firstSeenAt: UnixMs
  readonly lastSeenAt: UnixMs
  /** Share of the time since `firstSeenAt` in which the node was heard and answering, 0 to 1; computed by the server, never claimed by the node. */
  readonly uptime: number
  /** The last 40 heights of the network, oldest first. */
  readonly recentDelays: readonly BlockDelay[]
}

/** What lists of nodes are filtered and sorted by. */
export interface ListedNode {
  readonly node: NodeId
  readonly activity: NodeActivity
  readonly silence?: SilenceVerdict | undefined
  readonly head?: NodeHead | undefined
  readonly client?: string | undefined
  readonly location?: Location | undefined
  readonly peers?: number | undefined
  readonly pendingTransactions?: number | undefined
  readonly latencyMs?: number | undefined
  readonly lastSeenAt: UnixMs
  readonly uptime: number
}

/** A block as the network saw it. */
export interface SeenBlock {
  readonly block: BlockHeader
  readonly firstSeenAt: UnixMs
  readonly firstSeenBy: NodeId
  /** How many nodes have reported it. */
  readonly nodes: number
  /** Whether it is on the chain of the network's head. */
  readonly canonical: boolean
}

/** One bucket of the propagation histogram: delays from `fromMs` up to the next bucket's. */
export interface PropagationBucket {
  readonly fromMs: number
  readonly count: number
}

/** What is true of a network as a whole. */
export interface NetworkSummary {
  readonly network: NetworkId
  /** From configuration, or the well-known name of the chain id, or the id itself. */
  readonly name: string
  readonly chainId?: bigint
  readonly genesis?: Hex
  /** Best by agreement: at least a third of the active nodes, and two where there are more than two, have it or a descendant. */
  readonly head?: SeenBlock
  /** Mean over the last 100 blocks; absent before the second. */
  readonly blockTimeS?: number
  readonly nodes: number
  readonly byActivity: Readonly<Record<NodeActivity, number>>
  readonly silentBy: Readonly<Record<SilenceCause, number>>
  /** Delays of the last 100 blocks in buckets of 50 ms, the last one open. */
  readonly propagation: readonly PropagationBucket[]
  readonly gasPriceWei?: bigint
  /** Largest error of the clocks behind `propagation`, in milliseconds. */
  readonly clockErrorMs: number
}

/** What changed in a network's state. A consumer that applies them in order has the state. */
export type NetworkChange =
  | { readonly kind: 'node'; readonly network: NetworkId; readonly node: NodeState }
  | { readonly kind: 'node_removed'; readonly network: NetworkId; readonly node: NodeId }
  | { readonly kind: 'block'; readonly network: NetworkId; readonly block: SeenBlock }
  | { readonly kind: 'summary'; readonly network: NetworkId; readonly summary: NetworkSummary }
