import type {
  NetworkId,
  NetworkSummary,
  NodeActivity,
  PropagationBucket,
  SilenceCause,
  UnixMs,
} from '@headwatch/protocol'
import type { CanonicalChain } from './canonical-chain.ts'
import { chainOf, unknownNetwork } from './network-identity.ts'
import { bucketCount, bucketMs } from './receptions.ts'
import { standingOf } from './standing.ts'
import type { WatchedNetwork } from './watched-network.ts'
import type { WatchedNode } from './watched-node.ts'
import { chainName } from './well-known-chains.ts'

const blocksMeasured = 100

/** What is true of the network as a whole, from its nodes and blocks as they stand. */
export function summaryView(
  network: WatchedNetwork,
  now: UnixMs,
  behindAfterMs: number,
  names: ReadonlyMap<string, string>,
): NetworkSummary {
  const { chain } = network
  const parts = chainOf(network.id)
  const blockTimeS = meanBlockTime(chain)
  return {
    network: network.id,
    name: names.get(network.id) ?? (parts && chainName(parts.chainId)) ?? plainName(network.id),
    ...(parts && { chainId: BigInt(parts.chainId) }),
    ...(network.genesis !== undefined && { genesis: network.genesis }),
    ...(chain !== undefined && { head: network.seen(chain.head) }),
    ...(blockTimeS !== undefined && { blockTimeS }),
    nodes: network.nodes.size,
    ...countNodes(network, now, behindAfterMs),
    propagation: propagationOf(chain),
  }
}

type NodeCounts = Pick<NetworkSummary, 'byActivity' | 'silentBy' | 'gasPriceWei' | 'clockErrorMs'>

function countNodes(network: WatchedNetwork, now: UnixMs, behindAfterMs: number): NodeCounts {
  const byActivity: Record<NodeActivity, number> = {
    in_sync: 0,
    behind: 0,
    syncing: 0,
    other_head: 0,
    silent: 0,
    unknown: 0,
  }
  const silentBy: Record<SilenceCause, number> = { node: 0, agent: 0, path: 0, unclear: 0 }
  const prices: number[] = []
  let clockErrorMs = 0
  for (const node of network.nodes.values()) {
    byActivity[standingOf(node, network.chain, now, behindAfterMs).activity] += 1
    if (node.silence !== undefined) {
      silentBy[node.silence.cause] += 1
      continue
    }
    clockErrorMs = Math.max(clockErrorMs, errorOf(node))
    if (node.facts.gasPriceWei !== undefined) prices.push(Number(node.facts.gasPriceWei))
  }
  const price = median(prices)
  return { byActivity, silentBy, clockErrorMs, ...(price !== undefined && { gasPriceWei: BigInt(price) }) }
}

/** How wrong the times of its reports may be. Those that come without a clock are dated here, and may be wrong by the way. */
function errorOf({ clock, facts }: WatchedNode): number {
  return clock?.errorMs ?? facts.latencyMs ?? 0
}

/** The middle one, so that one node's word moves nothing. */
function median(values: number[]): number | undefined {
  const sorted = Float64Array.from(values).sort()
  return sorted[(sorted.length - 1) >> 1]
}

function meanBlockTime(chain: CanonicalChain | undefined): number | undefined {
  const blocks = chain?.blocks.slice(0, blocksMeasured + 1) ?? []
  const [newest] = blocks
  const oldest = blocks.at(-1)
  if (newest === undefined || oldest === undefined || newest === oldest) return undefined
  return Math.max(0, newest.header.timestampS - oldest.header.timestampS) / (newest.height - oldest.height)
}

function propagationOf(chain: CanonicalChain | undefined): PropagationBucket[] {
  const counts = new Array<number>(bucketCount).fill(0)
  for (const block of chain?.blocks.slice(0, blocksMeasured) ?? []) {
    const buckets = block.receptions.buckets()
    for (let index = 0; index < bucketCount; index++) counts[index] = (counts[index] ?? 0) + (buckets[index] ?? 0)
  }
  return counts.map((count, index) => ({ fromMs: index * bucketMs, count }))
}

function plainName(network: NetworkId): string {
  return network === unknownNetwork ? 'Not known yet' : network
}
