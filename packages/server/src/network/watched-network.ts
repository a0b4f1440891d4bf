import type { BlockReport, Hex, NetworkId, NetworkSummary, NodeId, SeenBlock, UnixMs } from '@headwatch/protocol'
import { BlockTree } from './block-tree.ts'
import { CanonicalChain } from './canonical-chain.ts'
import { HeadAgreement, votesNeeded } from './head-agreement.ts'
import type { NetworkLimits } from './network-limits.ts'
import { ReorgLog } from './reorg-log.ts'
import type { Sighting } from './sighting.ts'
import { commonAncestor, isAncestor, type TreeBlock } from './tree-block.ts'
import { trimTree } from './trim-tree.ts'
import type { HomeNetwork, WatchedNode } from './watched-node.ts'

/** One network: its nodes, its blocks and the head they agree on. */
export class WatchedNetwork implements HomeNetwork {
  id: NetworkId
  genesis: Hex | undefined
  readonly nodes = new Map<NodeId, WatchedNode>()
  readonly reorgs = new ReorgLog()
  /** What followers have not been told yet. */
  readonly dirtyNodes = new Set<WatchedNode>()
  readonly dirtyBlocks = new Set<TreeBlock>()
  readonly removedNodes = new Set<NodeId>()
  isDirty = false
  /** The last summary, until something changes. */
  summary: { readonly at: UnixMs; readonly value: NetworkSummary } | undefined
  readonly #limits: NetworkLimits
  readonly #tree = new BlockTree()
  readonly #agreement = new HeadAgreement(this.#tree)
  readonly #freePlaces: number[] = []
  #places = 0
  #chain: CanonicalChain | undefined
  /** Nodes with a head that are not syncing. While there are none, those that sync vote. */
  #settled = 0

  constructor(id: NetworkId, limits: NetworkLimits) {
    this.id = id
    this.#limits = limits
  }

  get head(): TreeBlock | undefined {
    return this.#agreement.head
  }

  get chain(): CanonicalChain | undefined {
    const { head } = this.#agreement
    if (head === undefined) return undefined
    if (this.#chain?.head !== head) this.#chain = new CanonicalChain(this.#tree, head, votesNeeded(this.voters))
    return this.#chain
  }

  get voters(): number {
    return this.#agreement.voters
  }

  /** Takes in a node, with whatever it knew elsewhere but its head: that belongs to another chain. */
  add(node: WatchedNode): void {
    node.index = this.#freePlaces.pop() ?? this.#places++
    node.network = this
    node.head = undefined
    this.nodes.set(node.node, node)
    this.removedNodes.delete(node.node)
    this.touch(node)
  }

  remove(node: WatchedNode): void {
    node.head = undefined
    this.revote(node)
    this.nodes.delete(node.node)
    for (const block of this.#tree.blocks()) block.receptions.forget(node.index)
    this.#freePlaces.push(node.index)
    this.dirtyNodes.delete(node)
    this.removedNodes.add(node.node)
    this.#changed()
  }

  touch(node: WatchedNode): void {
    this.dirtyNodes.add(node)
    this.#changed()
  }

  /** Marks everything as changed: the network goes by another name. */
  touchAll(): void {
    for (const node of this.nodes.values()) this.dirtyNodes.add(node)
    for (const block of this.#tree.blocks()) this.dirtyBlocks.add(block)
    this.removedNodes.clear()
    this.#changed()
  }

  receive(node: WatchedNode, report: BlockReport, sighting: Sighting): void {
    const block = this.#place(report, sighting)
    block.receive(node.index, sighting)
    this.dirtyBlocks.add(block)
    if (report.occasion !== 'history' && isLaterWord(block, sighting.at, node)) {
      node.head = { block, seenAt: sighting.at }
      this.revote(node)
    }
    this.#trim(block)
    this.touch(node)
  }

  revote(node: WatchedNode): void {
    const isVoter = node.head !== undefined && node.silence === undefined
    const isSettled = isVoter && node.facts.isSyncing !== true
    this.#countSettled(node, isSettled)
    this.#vote(node, isVoter && (isSettled || this.#settled === 0))
  }

  isCanonical(block: TreeBlock): boolean {
    return this.chain?.has(block) === true
  }

  /** Whether a block is shown: not above the head on a claim that nobody shares. */
  isShown(block: TreeBlock): boolean {
    const { head } = this
    return head === undefined || block.height <= head.height || isAncestor(head, block)
  }

  seen(block: TreeBlock): SeenBlock {
    const { at, by } = block.first
    const nodes = block.receptions.count
    return { block: block.header, firstSeenAt: at, firstSeenBy: by, nodes, canonical: this.isCanonical(block) }
  }

  /** Newest first; of one height the block of the chain first. */
  newest(count: number): SeenBlock[] {
    const heights = [...this.#tree.heights()].sort((a, b) => b - a)
    const found: SeenBlock[] = []
    for (const height of heights) {
      if (found.length >= count) break
      const shown = this.#tree.at(height).filter((block) => this.isShown(block))
      const seen = shown.map((block) => this.seen(block))
      found.push(...seen.sort((a, b) => Number(b.canonical) - Number(a.canonical) || b.nodes - a.nodes))
    }
    return found.slice(0, Math.max(0, count))
  }

  settle(headBefore: TreeBlock | undefined, now: UnixMs): void {
    const { head } = this
    if (head === headBefore || head === undefined) return
    const shared = headBefore === undefined ? undefined : commonAncestor(headBefore, head)
    if (headBefore !== undefined && shared !== undefined && shared !== headBefore) {
      const depth = headBefore.height - shared.height
      this.reorgs.add({ at: now, depth, from: headBefore.hash, to: head.hash })
      markDown(headBefore, shared, this.dirtyBlocks)
    }
    markDown(head, shared, this.dirtyBlocks)
    this.#markForks(headBefore?.height ?? head.height, head.height)
    for (const node of this.nodes.values()) this.dirtyNodes.add(node)
  }

  /** Forks that the head has caught up with are shown from now on. */
  #markForks(from: number, to: number): void {
    for (let height = Math.max(from + 1, to - this.#limits.keptHeights); height <= to; height++) {
      for (const block of this.#tree.at(height)) this.dirtyBlocks.add(block)
    }
  }

  #place(report: BlockReport, sighting: Sighting): TreeBlock {
    const known = this.#tree.get(report.block.hash)
    if (known !== undefined) return known
    const block = this.#tree.insert(report.block, sighting)
    if (block.support > 0) this.#agreement.consider(block)
    this.#chain = undefined
    return block
  }

  #trim(block: TreeBlock): void {
    const removed = trimTree(this.#tree, this.head, block.height, this.#limits)
    if (removed.length === 0) return
    for (const gone of removed) this.dirtyBlocks.delete(gone)
    this.#chain = undefined
    if (removed.some((gone) => gone.support > 0)) this.#agreement.consider(undefined)
  }

  #countSettled(node: WatchedNode, isSettled: boolean): void {
    if (node.isSettled === isSettled) return
    node.isSettled = isSettled
    const before = this.#settled
    this.#settled += isSettled ? 1 : -1
    if (before > 0 && this.#settled > 0) return
    for (const other of this.nodes.values()) {
      if (other === node || other.isSettled) continue
      this.#vote(other, this.#settled === 0 && other.head !== undefined && other.silence === undefined)
    }
  }

  #vote(node: WatchedNode, isVoter: boolean): void {
    const from = node.vote
    const to = isVoter ? node.head?.block : undefined
    const votersBy = isVoter === node.isVoter ? 0 : isVoter ? 1 : -1
    node.vote = to
    node.isVoter = isVoter
    this.#agreement.move(from, to, votersBy)
  }

  #changed(): void {
    this.isDirty = true
    this.summary = undefined
  }
}

/** Later by its own corrected clock; of one moment the higher block, then the smaller hash, whatever order they came in. */
function isLaterWord(block: TreeBlock, seenAt: UnixMs, { head }: WatchedNode): boolean {
  if (head === undefined || seenAt > head.seenAt) return true
  if (seenAt < head.seenAt || block === head.block) return false
  if (block.height !== head.block.height) return block.height > head.block.height
  return block.hash < head.block.hash
}

function markDown(from: TreeBlock, to: TreeBlock | undefined, dirty: Set<TreeBlock>): void {
  for (let at: TreeBlock | undefined = from; at !== undefined && at !== to; at = at.parent) dirty.add(at)
}
