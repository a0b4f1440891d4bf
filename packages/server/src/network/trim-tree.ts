import type { BlockTree } from './block-tree.ts'
import type { NetworkLimits } from './network-limits.ts'
import type { TreeBlock } from './tree-block.ts'

/**
 * Keeps the tree within its limits after a block came at `height`; what it removed.
 *
 * Of one height the least supported fork goes. Of too many heights those above the head that few support go first,
 * then the lowest, so that invented heights never push out the chain that is agreed on.
 */
export function trimTree(
  tree: BlockTree,
  head: TreeBlock | undefined,
  height: number,
  limits: NetworkLimits,
): TreeBlock[] {
  const removed: TreeBlock[] = []
  const forks = tree.at(height)
  if (forks.length > limits.forksPerHeight) removed.push(leastSupported(forks.filter((block) => block !== head)))
  if (tree.heightCount > limits.keptHeights + limits.heightsAhead)
    removed.push(...tree.at(dispensableHeight(tree, head, limits)))
  for (const block of removed) tree.remove(block)
  return removed
}

function leastSupported(blocks: readonly TreeBlock[]): TreeBlock {
  return blocks.reduce((least, block) => {
    if (block.support !== least.support) return block.support < least.support ? block : least
    return block.hash > least.hash ? block : least
  })
}

function dispensableHeight(tree: BlockTree, head: TreeBlock | undefined, limits: NetworkLimits): number {
  const heights = [...tree.heights()]
  const above = head === undefined ? heights : heights.filter((height) => height > head.height)
  const crowded = head === undefined || above.length > limits.heightsAhead
  if (!crowded) return heights.reduce((least, height) => Math.min(least, height))
  let found = above[0] ?? 0
  let support = Number.POSITIVE_INFINITY
  for (const height of above) {
    const most = tree.at(height).reduce((sum, block) => Math.max(sum, block.support), 0)
    if (most > support || (most === support && height < found)) continue
    found = height
    support = most
  }
  return found
}
