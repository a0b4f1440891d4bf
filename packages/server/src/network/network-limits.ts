/** Bounds and times of the live state. Everything it keeps is bounded by one of them. */
export interface NetworkLimits {
  readonly maxNetworks: number
  readonly maxNodesPerNetwork: number
  readonly maxAgents: number
  /** Heights kept at and below a network's head. */
  readonly keptHeights: number
  /** Heights kept above it: claims that are not agreed on yet. */
  readonly heightsAhead: number
  readonly forksPerHeight: number
  /** A node is silent after three of its own intervals, but never before this long. */
  readonly silentAfterMs: number
  /** How long an agent whose connection ended may take to come back before its nodes count as silent. */
  readonly reconnectGraceMs: number
  /** How long a node may go without the block after its own, while others have it, before it counts as behind. */
  readonly behindAfterMs: number
  /** A node that was silent for this long is forgotten. */
  readonly forgetAfterMs: number
}

export const defaultNetworkLimits: NetworkLimits = {
  maxNetworks: 256,
  maxNodesPerNetwork: 50_000,
  maxAgents: 100_000,
  keptHeights: 300,
  heightsAhead: 64,
  forksPerHeight: 8,
  silentAfterMs: 30_000,
  reconnectGraceMs: 5_000,
  behindAfterMs: 10_000,
  forgetAfterMs: 24 * 3_600_000,
}
