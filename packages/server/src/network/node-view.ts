import type { BlockDelay, NodeHead, NodeState, UnixMs } from '@headwatch/protocol'
import { standingOf } from './standing.ts'
import type { TreeBlock } from './tree-block.ts'
import { lastHeard, type NodeHeadClaim, type WatchedNode } from './watched-node.ts'

const recentHeights = 40

/** A snapshot of a node. It never changes after. */
export function nodeView(node: WatchedNode, now: UnixMs, behindAfterMs: number): NodeState {
  const { network, facts } = node
  const { isSyncing: _syncing, isAnswering: _answering, ...told } = facts
  const head = node.head === undefined ? undefined : headView(node, node.head)
  return {
    node: node.node,
    agent: node.agent.id,
    network: network.id,
    ...standingOf(node, network.chain, now, behindAfterMs),
    ...(node.silence !== undefined && { silence: node.silence }),
    ...(node.pastSilence !== undefined && { lastSilence: node.pastSilence }),
    ...(head !== undefined && { head }),
    ...(node.clock !== undefined && { clock: node.clock }),
    ...told,
    firstSeenAt: node.firstSeenAt,
    lastSeenAt: lastHeard(node),
    uptime: node.uptime.share(now),
    recentDelays: recentDelays(node),
  }
}

/** The head a node claims, as others may see it. */
export function headView(node: WatchedNode, { block, seenAt }: NodeHeadClaim): NodeHead {
  const delay = block.receptions.timedCount > 1 ? block.receptions.delayOf(node.index) : undefined
  const propagation = typeof delay === 'number' ? { propagationMs: delay } : {}
  return { number: block.header.number, hash: block.hash, seenAt, ...propagation }
}

/** Oldest first, one for each of the last 40 heights that exist. */
function recentDelays(node: WatchedNode): BlockDelay[] {
  const { chain } = node.network
  if (chain === undefined) return []
  const top = chain.head.height
  const delays: BlockDelay[] = []
  for (let height = Math.max(0, top - recentHeights + 1); height <= top; height++) {
    delays.push(delayOf(node, chain.at(height)))
  }
  return delays
}

function delayOf(node: WatchedNode, block: TreeBlock | undefined): BlockDelay {
  if (block === undefined) return 'unknown'
  const delay = block.receptions.delayOf(node.index)
  if (delay !== undefined) return delay === 'untimed' ? 'unknown' : delay
  return block.first.at < node.firstSeenAt ? 'unknown' : 'missed'
}
