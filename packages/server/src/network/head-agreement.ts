import type { BlockTree } from './block-tree.ts'
import type { TreeBlock } from './tree-block.ts'

/** How many voters a head needs: a third of them, and two at least where there are more than two. */
export function votesNeeded(voters: number): number {
  return voters > 2 ? Math.max(2, Math.ceil(voters / 3)) : 1
}

/**
 * The best block by agreement: the highest that enough voters have, or a descendant of it. While no block is agreed on,
 * the last one that was stays.
 *
 * A vote that moves costs the steps between the two blocks, not the number of voters.
 */
export class HeadAgreement {
  readonly #tree: BlockTree
  #voters = 0
  #needed = 1
  #head: TreeBlock | undefined

  constructor(tree: BlockTree) {
    this.#tree = tree
  }

  get head(): TreeBlock | undefined {
    return this.#head
  }

  get voters(): number {
    return this.#voters
  }

  /** A voter comes (1), goes (-1) or only moves (0). Its blocks are absent where it had, or has, none we keep. */
  move(from: TreeBlock | undefined, to: TreeBlock | undefined, votersBy: -1 | 0 | 1): void {
    if (votersBy === 0 && from === to) return
    shift(from?.isKept === true ? from : undefined, to?.isKept === true ? to : undefined)
    this.#voters += votersBy
    const needed = votesNeeded(this.#voters)
    const changed = needed !== this.#needed
    this.#needed = needed
    if (changed) this.elect()
    else this.consider(to)
  }

  /** Elects again after the support at or above `changed` may have grown, or that of the head shrunk. */
  consider(changed: TreeBlock | undefined): void {
    const head = this.#head
    if (head === undefined || !this.#isAgreed(head)) return this.elect()
    let best = head
    for (const rival of this.#tree.at(head.height)) best = this.#better(rival, best)
    for (let at = changed; at !== undefined && at.height > head.height; at = at.parent) best = this.#better(at, best)
    this.#head = best
  }

  /** Looks at every block: needed when the number of voters or the tree itself changed. */
  elect(): void {
    if (this.#voters === 0) return
    let best: TreeBlock | undefined
    for (const block of this.#tree.blocks()) {
      if (best !== undefined && block.height < best.height) continue
      if (this.#isAgreed(block)) best = best === undefined ? block : this.#better(block, best)
    }
    if (best !== undefined) this.#head = best
  }

  #isAgreed(block: TreeBlock): boolean {
    return block.isKept && block.support >= this.#needed
  }

  /** Higher, then more support, then by hash, so that the answer does not depend on the order of the reports. */
  #better(rival: TreeBlock, best: TreeBlock): TreeBlock {
    if (rival === best || !this.#isAgreed(rival)) return best
    if (rival.height !== best.height) return rival.height > best.height ? rival : best
    if (rival.support !== best.support) return rival.support > best.support ? rival : best
    return rival.hash < best.hash ? rival : best
  }
}

/** One vote goes from one block to another: only blocks between them and their common ancestor change. */
function shift(from: TreeBlock | undefined, to: TreeBlock | undefined): void {
  let left = from
  let right = to
  while (left !== right) {
    if (left !== undefined && (right === undefined || left.height >= right.height)) {
      left.support -= 1
      left = left.parent
    } else if (right !== undefined) {
      right.support += 1
      right = right.parent
    }
  }
}
