import type { BlockTree } from './block-tree.ts'
import type { TreeBlock } from './tree-block.ts'

/**
 * The chain of a network's head, newest first, made once per head.
 *
 * Where a link is missing (every node polled past a block) it goes on with the next lower block that enough nodes have:
 * better than calling a whole chain a fork.
 */
export class CanonicalChain {
  readonly head: TreeBlock
  /** Newest first, heights strictly falling, not necessarily without holes. */
  readonly blocks: readonly TreeBlock[]
  readonly #byHeight = new Map<number, TreeBlock>()

  /** `needed` is how many nodes must have a block for a missing link to be bridged to it. */
  constructor(tree: BlockTree, head: TreeBlock, needed: number) {
    this.head = head
    this.blocks = walk(tree, head, needed)
    for (const block of this.blocks) this.#byHeight.set(block.height, block)
  }

  at(height: number): TreeBlock | undefined {
    return this.#byHeight.get(height)
  }

  has(block: TreeBlock): boolean {
    return this.#byHeight.get(block.height) === block
  }

  /** The lowest block of the chain above `height`: what a node at that height lacks first. */
  after(height: number): TreeBlock | undefined {
    for (let next = height + 1; next <= this.head.height; next++) {
      const block = this.#byHeight.get(next)
      if (block !== undefined) return block
      if (next - height > 1000) return this.head
    }
    return undefined
  }
}

function walk(tree: BlockTree, head: TreeBlock, needed: number): TreeBlock[] {
  const chain: TreeBlock[] = []
  let lower: number[] | undefined
  for (let at: TreeBlock | undefined = head; at !== undefined; ) {
    chain.push(at)
    if (at.parent !== undefined) {
      at = at.parent
      continue
    }
    lower ??= [...tree.heights()].sort((a, b) => a - b)
    at = nextBelow(tree, lower, at.height, needed)
  }
  return chain
}

/** Never of the height right below: a block there that is not linked is not the parent. Takes heights off `ascending`. */
function nextBelow(tree: BlockTree, ascending: number[], height: number, needed: number): TreeBlock | undefined {
  for (let lower = ascending.pop(); lower !== undefined; lower = ascending.pop()) {
    const found = lower < height - 1 ? mostReceived(tree.at(lower)) : undefined
    if (found !== undefined && found.receptions.count >= needed) return found
  }
  return undefined
}

function mostReceived(blocks: readonly TreeBlock[]): TreeBlock | undefined {
  return blocks.reduce<TreeBlock | undefined>((best, block) => {
    if (best === undefined || block.receptions.count > best.receptions.count) return block
    return block.receptions.count === best.receptions.count && block.hash < best.hash ? block : best
  }, undefined)
}
