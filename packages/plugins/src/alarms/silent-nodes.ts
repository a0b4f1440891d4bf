import type { NetworkChange, NetworkId, NodeId, NodeState, SilenceVerdict, UnixMs } from '@headwatch/protocol'

/** A node that is silent, or was a moment ago. */
export interface SilentNode {
  readonly network: NetworkId
  readonly node: NodeId
  readonly agent: string
  readonly verdict: SilenceVerdict
  /** When it was heard last. */
  readonly lastSeenAt: UnixMs
  /** When we learned of the silence. */
  readonly noticedAt: UnixMs
  /** When it was heard again; undefined while it is silent. */
  readonly backAt: UnixMs | undefined
}

/** Follows who is silent. Bounded by the live state, whose nodes it is a part of. */
export class SilentNodes {
  readonly #nodes = new Map<string, SilentNode>()
  readonly #removed: { network: NetworkId; node: NodeId }[] = []

  apply(change: NetworkChange, now: UnixMs): void {
    if (change.kind === 'node') this.see(change.node, now)
    if (change.kind !== 'node_removed') return
    const key = keyOf(change.network, change.node)
    if (this.#nodes.delete(key)) this.#removed.push({ network: change.network, node: change.node })
  }

  see(state: NodeState, now: UnixMs): void {
    const key = keyOf(state.network, state.node)
    const before = this.#nodes.get(key)
    if (state.silence === undefined) {
      if (before === undefined) return
      this.#nodes.set(key, { ...before, verdict: state.lastSilence ?? before.verdict, backAt: before.backAt ?? now })
      return
    }
    const { network, node, agent, lastSeenAt, silence: verdict } = state
    const noticedAt = before?.noticedAt ?? now
    this.#nodes.set(key, { network, node, agent, lastSeenAt, verdict, noticedAt, backAt: undefined })
  }

  list(): Iterable<SilentNode> {
    return this.#nodes.values()
  }

  has(network: NetworkId, node: NodeId): boolean {
    return this.#nodes.has(keyOf(network, node))
  }

  forget({ network, node }: SilentNode): void {
    this.#nodes.delete(keyOf(network, node))
  }

  /** Nodes that were removed since the last call. */
  takeRemoved(): readonly { readonly network: NetworkId; readonly node: NodeId }[] {
    return this.#removed.splice(0)
  }
}

function keyOf(network: NetworkId, node: NodeId): string {
  return `${network}\n${node}`
}
