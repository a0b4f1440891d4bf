import type { ListedNode, Location, NodeActivity, NodeHead, NodeId, SilenceVerdict, UnixMs } from '@headwatch/protocol'
import { headView } from './node-view.ts'
import { standingOf } from './standing.ts'
import { lastHeard, type WatchedNode } from './watched-node.ts'

/** A node by what lists need. Each part is worked out when it is asked for, so that a list pays for what it sorts by. */
export class NodeGlance implements ListedNode {
  readonly #node: WatchedNode
  readonly #now: UnixMs
  readonly #behindAfterMs: number

  constructor(node: WatchedNode, now: UnixMs, behindAfterMs: number) {
    this.#node = node
    this.#now = now
    this.#behindAfterMs = behindAfterMs
  }

  get node(): NodeId {
    return this.#node.node
  }

  get activity(): NodeActivity {
    return standingOf(this.#node, this.#node.network.chain, this.#now, this.#behindAfterMs).activity
  }

  get silence(): SilenceVerdict | undefined {
    return this.#node.silence
  }

  get head(): NodeHead | undefined {
    return this.#node.head === undefined ? undefined : headView(this.#node, this.#node.head)
  }

  get client(): string | undefined {
    return this.#node.facts.client
  }

  get location(): Location | undefined {
    return this.#node.facts.location
  }

  get peers(): number | undefined {
    return this.#node.facts.peers
  }

  get pendingTransactions(): number | undefined {
    return this.#node.facts.pendingTransactions
  }

  get latencyMs(): number | undefined {
    return this.#node.facts.latencyMs
  }

  get lastSeenAt(): UnixMs {
    return lastHeard(this.#node)
  }

  get uptime(): number {
    return this.#node.uptime.share(this.#now)
  }
}
