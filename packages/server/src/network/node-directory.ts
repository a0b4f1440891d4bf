import type { AgentId, NetworkId, NodeId, Origin, UnixMs } from '@headwatch/protocol'
import { clipText } from './clip-text.ts'
import { NetworkIdentity, unknownNetwork } from './network-identity.ts'
import type { NetworkLimits } from './network-limits.ts'
import { Rhythm } from './rhythm.ts'
import { Uptime } from './uptime.ts'
import { WatchedAgent } from './watched-agent.ts'
import { WatchedNetwork } from './watched-network.ts'
import type { WatchedNode } from './watched-node.ts'

const nameLength = 128

/** Why something was not taken into the state. The record itself goes on its way. */
export type Refusal = 'too_many_networks' | 'too_many_nodes' | 'too_many_agents'

/**
 * Which node of which network a record is about. A node name belongs to the agent that brought it as long as that agent's
 * node is not silent; another agent's node of the same name is called `name@agent`.
 */
export class NodeDirectory {
  readonly networks = new Map<NetworkId, WatchedNetwork>()
  readonly agents = new Map<AgentId, WatchedAgent<WatchedNode>>()
  readonly refused: Record<Refusal, number> = { too_many_networks: 0, too_many_nodes: 0, too_many_agents: 0 }
  readonly #limits: NetworkLimits
  readonly #identity: NetworkIdentity
  readonly #onRename: (network: WatchedNetwork, before: NetworkId) => void

  constructor(limits: NetworkLimits, onRename: (network: WatchedNetwork, before: NetworkId) => void) {
    this.#limits = limits
    this.#identity = new NetworkIdentity(limits.maxNetworks * 4)
    this.#onRename = onRename
  }

  /** The network a record belongs to, whether or not it is kept. */
  networkOf(origin: Origin, claimed: string | undefined): NetworkId {
    if (claimed !== undefined) return this.#identified(claimed)
    const agent = this.agents.get(origin.agent)
    return agent?.nodes.get(origin.node)?.network.id ?? agent?.lastNetwork ?? unknownNetwork
  }

  find(origin: Origin, network: NetworkId): WatchedNode | undefined {
    const known = this.agents.get(origin.agent)?.nodes.get(origin.node)
    if (known?.network.id === network) return known
    const node = this.networks.get(network)?.nodes.get(clipText(origin.node, nameLength))
    return node?.agent.id === origin.agent ? node : undefined
  }

  agentOf(id: AgentId): WatchedAgent<WatchedNode> | undefined {
    const known = this.agents.get(id)
    if (known !== undefined) return known
    if (this.agents.size >= this.#limits.maxAgents) {
      this.refused.too_many_agents += 1
      return undefined
    }
    const agent = new WatchedAgent<WatchedNode>(id)
    this.agents.set(id, agent)
    return agent
  }

  /** Finds the node or takes it in; undefined where a limit forbids that, which is counted. */
  obtain(origin: Origin, network: NetworkId, now: UnixMs, firstSeenAt: UnixMs): WatchedNode | undefined {
    const found = this.find(origin, network)
    if (found !== undefined) return found
    const agent = this.agentOf(origin.agent)
    const home = agent === undefined ? undefined : this.#networkNamed(network)
    if (agent === undefined || home === undefined) return undefined
    agent.lastNetwork = network
    return this.#moved(agent, origin.node, home) ?? this.#admitted(agent, origin.node, home, now, firstSeenAt)
  }

  remove(node: WatchedNode): void {
    for (const [name, other] of node.agent.nodes) if (other === node) node.agent.nodes.delete(name)
    node.network.remove(node)
  }

  /** Lets networks without nodes go, and agents without nodes or connection that were last heard before `before`. */
  sweep(before: UnixMs): WatchedNetwork[] {
    const empty = [...this.networks.values()].filter((network) => network.nodes.size === 0)
    for (const network of empty) this.networks.delete(network.id)
    for (const agent of this.agents.values()) {
      const lastAt = Math.max(agent.heard.lastAt ?? 0, agent.end?.at ?? 0)
      if (agent.nodes.size === 0 && !agent.hasSession && lastAt < before) this.agents.delete(agent.id)
    }
    return empty
  }

  #identified(claimed: string): NetworkId {
    if (this.networks.has(claimed) && claimed.includes('-')) return claimed
    const { network, renamed } = this.#identity.identify(claimed)
    const before = renamed === undefined ? undefined : this.networks.get(renamed)
    if (before !== undefined && renamed !== undefined && !this.networks.has(network)) {
      this.networks.delete(renamed)
      before.id = network
      this.networks.set(network, before)
      for (const agent of this.agents.values()) if (agent.lastNetwork === renamed) agent.lastNetwork = network
      this.#onRename(before, renamed)
    }
    return network
  }

  #networkNamed(id: NetworkId): WatchedNetwork | undefined {
    const known = this.networks.get(id)
    if (known !== undefined) return known
    if (this.networks.size >= this.#limits.maxNetworks) {
      this.refused.too_many_networks += 1
      return undefined
    }
    const network = new WatchedNetwork(id, this.#limits)
    this.networks.set(id, network)
    return network
  }

  /** A node that was kept under `unknown`, or under the short form, goes where it turns out to belong. */
  #moved(agent: WatchedAgent<WatchedNode>, name: NodeId, home: WatchedNetwork): WatchedNode | undefined {
    const node = agent.nodes.get(name)
    if (node === undefined || home.nodes.has(node.node)) return undefined
    const { id } = node.network
    if (id !== unknownNetwork && !home.id.startsWith(`${id}-`)) return undefined
    if (!this.#hasPlace(home)) return undefined
    node.network.remove(node)
    home.add(node)
    return node
  }

  #admitted(
    agent: WatchedAgent<WatchedNode>,
    name: NodeId,
    home: WatchedNetwork,
    now: UnixMs,
    firstSeenAt: UnixMs,
  ): WatchedNode | undefined {
    const wanted = clipText(name, nameLength)
    const owner = home.nodes.get(wanted)
    if (owner !== undefined && owner.agent !== agent && owner.silence !== undefined)
      return this.#handedOver(owner, agent, name)
    const node = owner === undefined ? wanted : clipText(`${wanted}@${agent.id}`, nameLength * 2)
    const own = home.nodes.get(node)
    if (own !== undefined) {
      agent.nodes.set(name, own)
      return own.agent === agent ? own : undefined
    }
    if (!this.#hasPlace(home)) return undefined
    const admitted = newNode(node, agent, home, now, firstSeenAt)
    home.add(admitted)
    agent.nodes.set(name, admitted)
    return admitted
  }

  #handedOver(node: WatchedNode, agent: WatchedAgent<WatchedNode>, name: NodeId): WatchedNode {
    for (const [known, other] of node.agent.nodes) if (other === node) node.agent.nodes.delete(known)
    node.agent = agent
    agent.nodes.set(name, node)
    return node
  }

  #hasPlace(network: WatchedNetwork): boolean {
    if (network.nodes.size < this.#limits.maxNodesPerNetwork) return true
    this.refused.too_many_nodes += 1
    return false
  }
}

function newNode(
  node: NodeId,
  agent: WatchedAgent<WatchedNode>,
  network: WatchedNetwork,
  now: UnixMs,
  firstSeenAt: UnixMs,
): WatchedNode {
  return {
    node,
    index: 0,
    agent,
    network,
    facts: {},
    clock: undefined,
    firstSeenAt,
    knownSince: now,
    heard: new Rhythm(),
    answered: new Rhythm(),
    uptime: new Uptime(now, 'up'),
    head: undefined,
    vote: undefined,
    isVoter: false,
    isSettled: false,
    silence: undefined,
    pastSilence: undefined,
    told: '',
  }
}
