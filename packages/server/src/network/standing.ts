import type { NodeActivity, UnixMs } from '@headwatch/protocol'
import type { CanonicalChain } from './canonical-chain.ts'
import type { TreeBlock } from './tree-block.ts'
import type { WatchedNode } from './watched-node.ts'

/** What a node does, and how far it is from its network's head. */
export interface Standing {
  readonly activity: NodeActivity
  /** Blocks behind; absent where nobody can say. */
  readonly behind?: number
}

/** Judges a node against the chain its network agrees on. */
export function standingOf(
  node: WatchedNode,
  chain: CanonicalChain | undefined,
  now: UnixMs,
  behindAfterMs: number,
): Standing {
  const place = placeOf(node.head?.block, chain, now, behindAfterMs)
  if (node.silence !== undefined) return { ...place, activity: 'silent' }
  if (node.facts.isSyncing === true) return { ...place, activity: 'syncing' }
  return place
}

const unknown: Standing = { activity: 'unknown' }
const atHead: Standing = { activity: 'in_sync', behind: 0 }

function placeOf(
  block: TreeBlock | undefined,
  chain: CanonicalChain | undefined,
  now: UnixMs,
  behindAfterMs: number,
): Standing {
  if (block === undefined || chain === undefined) return unknown
  const { head } = chain
  if (block === head) return atHead
  const shared = sharedWith(block, chain)
  if (shared === head) return atHead
  if (shared === undefined) return placeWithoutLink(block, chain)
  const missing = chain.after(shared.height)
  const isLate = missing !== undefined && now - missing.first.at > behindAfterMs
  const behind = Math.max(0, head.height - block.height)
  if (!isLate) return { activity: 'in_sync', behind }
  return { activity: shared === block ? 'behind' : 'other_head', behind }
}

/** The newest block of the chain that `block` is or stands on. */
function sharedWith(block: TreeBlock, chain: CanonicalChain): TreeBlock | undefined {
  let at: TreeBlock | undefined = block
  while (at !== undefined && !chain.has(at)) at = at.parent
  return at
}

function placeWithoutLink(block: TreeBlock, chain: CanonicalChain): Standing {
  const { head } = chain
  if (block.height > head.height) return unknown
  const behind = head.height - block.height
  // A block of the chain right above would have linked to it.
  const isRuledOut = chain.at(block.height) !== undefined || chain.at(block.height + 1) !== undefined
  if (isRuledOut) return { activity: 'other_head', behind }
  const lowest = chain.blocks.at(-1)
  return lowest !== undefined && block.height < lowest.height ? { activity: 'behind', behind } : unknown
}
