import type {
  ListedNode,
  NetworkChange,
  NetworkId,
  NetworkSummary,
  NodeId,
  NodeState,
  SeenBlock,
} from '@headwatch/protocol'

/** The live state, read-only, lent to processors on a server. Values are snapshots: they never change under the reader. */
export interface NetworkReader {
  networks(): readonly NetworkSummary[]
  nodes(network: NetworkId): Iterable<NodeState>
  /** The same nodes in the same order, by what lists need: costs little for each, and holds for this turn of the event loop only. */
  list(network: NetworkId): Iterable<ListedNode>
  node(network: NetworkId, node: NodeId): NodeState | undefined
  /** Newest first, at most `count`. */
  blocks(network: NetworkId, count: number): readonly SeenBlock[]
  /** Calls back for every change, in order, until `signal` aborts. */
  follow(onChange: (change: NetworkChange) => void, signal: AbortSignal): void
}
