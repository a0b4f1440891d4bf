import type { BlockHeader, Hex } from '@headwatch/protocol'
import type { Sighting } from './sighting.ts'
import { TreeBlock } from './tree-block.ts'

/**
 * The blocks of one network, linked by hash, whatever order they come in. A block whose parent is missing is the root
 * of a fragment until the parent comes.
 */
export class BlockTree {
  readonly #byHash = new Map<Hex, TreeBlock>()
  readonly #byHeight = new Map<number, TreeBlock[]>()
  readonly #waiting = new Map<Hex, TreeBlock[]>()

  get size(): number {
    return this.#byHash.size
  }

  get heightCount(): number {
    return this.#byHeight.size
  }

  get(hash: Hex): TreeBlock | undefined {
    return this.#byHash.get(hash)
  }

  /** All blocks of a height, in the order they came. */
  at(height: number): readonly TreeBlock[] {
    return this.#byHeight.get(height) ?? []
  }

  heights(): Iterable<number> {
    return this.#byHeight.keys()
  }

  blocks(): Iterable<TreeBlock> {
    return this.#byHash.values()
  }

  /** Adds a block that is not there yet, and carries the support of children that came earlier up its chain. */
  insert(header: BlockHeader, first: Sighting): TreeBlock {
    const block = new TreeBlock(header, first)
    this.#byHash.set(block.hash, block)
    push(this.#byHeight, block.height, block)
    this.#link(block)
    for (const child of this.#waiting.get(block.hash) ?? []) {
      if (child.height !== block.height + 1) continue
      child.parent = block
      this.#stopWaiting(child)
      addSupport(block, child.support)
    }
    return block
  }

  /** Takes a block out. Its children become roots, its ancestors lose what it and its descendants gave them. */
  remove(block: TreeBlock): void {
    if (!block.isKept) return
    for (const child of this.at(block.height + 1)) {
      if (child.parent !== block) continue
      child.parent = undefined
      push(this.#waiting, block.hash, child)
    }
    if (block.parent === undefined) this.#stopWaiting(block)
    else addSupport(block.parent, -block.support)
    block.parent = undefined
    block.isKept = false
    this.#byHash.delete(block.hash)
    pull(this.#byHeight, block.height, block)
  }

  #link(block: TreeBlock): void {
    const parent = this.#byHash.get(block.header.parentHash)
    if (parent !== undefined && parent.height === block.height - 1) block.parent = parent
    else push(this.#waiting, block.header.parentHash, block)
  }

  #stopWaiting(block: TreeBlock): void {
    pull(this.#waiting, block.header.parentHash, block)
  }
}

function addSupport(from: TreeBlock, by: number): void {
  if (by === 0) return
  for (let at: TreeBlock | undefined = from; at !== undefined; at = at.parent) at.support += by
}

function push<K>(lists: Map<K, TreeBlock[]>, key: K, block: TreeBlock): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [block])
  else list.push(block)
}

function pull<K>(lists: Map<K, TreeBlock[]>, key: K, block: TreeBlock): void {
  const rest = lists.get(key)?.filter((other) => other !== block) ?? []
  if (rest.length === 0) lists.delete(key)
  else lists.set(key, rest)
}
