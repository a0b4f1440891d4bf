import type { BlockHeader, Hex } from '@headwatch/protocol'
import { Receptions } from './receptions.ts'
import { earlier, type Sighting } from './sighting.ts'

/** A block of a network's tree. Fields that change are changed by the tree and the agreement only. */
export class TreeBlock {
  readonly header: BlockHeader
  readonly height: number
  readonly receptions = new Receptions()
  first: Sighting
  /** Absent while it is not known, or no longer kept. */
  parent: TreeBlock | undefined
  /** Voters whose head is this block or a descendant of it. */
  support = 0
  isKept = true

  constructor(header: BlockHeader, first: Sighting) {
    this.header = header
    this.height = Number(header.number)
    this.first = first
  }

  get hash(): Hex {
    return this.header.hash
  }

  /** Node number `index` has it. */
  receive(index: number, sighting: Sighting): void {
    this.receptions.add(index, sighting.timed ? sighting.at : undefined)
    this.first = earlier(this.first, sighting)
  }
}

/** Whether `ancestor` is `block` or stands below it on the same chain, as far as links are known. */
export function isAncestor(ancestor: TreeBlock, block: TreeBlock): boolean {
  let at: TreeBlock | undefined = block
  while (at !== undefined && at.height > ancestor.height) at = at.parent
  return at === ancestor
}

/** The newest block both chains share; undefined where no link is known. */
export function commonAncestor(a: TreeBlock, b: TreeBlock): TreeBlock | undefined {
  let left: TreeBlock | undefined = a
  let right: TreeBlock | undefined = b
  while (left !== undefined && right !== undefined && left !== right) {
    if (left.height >= right.height) left = left.parent
    else right = right.parent
  }
  return left === right ? left : undefined
}
