import type {
  BlockReport,
  NetworkChange,
  NetworkId,
  NetworkSummary,
  NodeReport,
  NodeState,
  SilenceVerdict,
  TelemetryRecord,
  UnixMs,
} from '@headwatch/protocol'
import type { NetworkReader } from '@headwatch/sdk'
import { claimedNetwork } from './claimed-network.ts'
import { Followers } from './followers.ts'
import { hostStartOf } from './host-start.ts'
import { chainOf } from './network-identity.ts'
import { defaultNetworkLimits, type NetworkLimits } from './network-limits.ts'
import { NodeDirectory, type Refusal } from './node-directory.ts'
import { applyNodeReport, applyReadings } from './node-facts.ts'
import { NodeGlance } from './node-glance.ts'
import { nodeView } from './node-view.ts'
import type { Reorg } from './reorg-log.ts'
import { blockFacts, isLate, sightingOf, tellsOfClient } from './report-facts.ts'
import type { Rhythm } from './rhythm.ts'
import { serverTime } from './sighting.ts'
import {
  correctByBacklog,
  correctByHostStart,
  isHidden,
  isSilent,
  isUnsettled,
  judgeSilence,
  vanishedAgents,
} from './silence-watch.ts'
import { standingOf } from './standing.ts'
import { summaryView } from './summary-view.ts'
import { Uptime } from './uptime.ts'
import { VanishedTogether } from './vanished-together.ts'
import type { WatchedAgent } from './watched-agent.ts'
import type { WatchedNetwork } from './watched-network.ts'
import type { WatchedNode } from './watched-node.ts'

export interface NetworkStateOptions {
  /** The server's clock at the start; from then on `advance` tells the time. */
  readonly startedAt: UnixMs
  readonly limits?: Partial<NetworkLimits>
  /** Names that override the well-known ones. */
  readonly names?: Readonly<Record<NetworkId, string>>
  /** Hears of followers that threw and were let go. */
  readonly onFollowerFault?: (error: unknown) => void
}

/** What was not taken into the state, by reason. */
export type RefusalCounts = Readonly<Record<Refusal | 'implausible_block', number>>

/**
 * The live state of every network: telemetry in, changes out. Pure: it reads no clock and sets no timer; the same calls
 * give the same state. Nothing that comes in makes it throw.
 */
export class NetworkState {
  /** The state as others may see it. */
  readonly reader: NetworkReader
  readonly #limits: NetworkLimits
  readonly #names: ReadonlyMap<NetworkId, string>
  readonly #directory: NodeDirectory
  readonly #followers: Followers
  /** Every node of a network as it stands, until anything changes: what reads them in one turn shares them. */
  readonly #views = new Map<NetworkId, readonly NodeState[]>()
  #pending: NetworkChange[] = []
  #now: UnixMs
  #implausibleBlocks = 0

  constructor({ startedAt, limits = {}, names = {}, onFollowerFault = () => undefined }: NetworkStateOptions) {
    this.#now = startedAt
    this.#limits = { ...defaultNetworkLimits, ...limits }
    this.#names = new Map(Object.entries(names))
    this.#followers = new Followers(onFollowerFault)
    this.#directory = new NodeDirectory(this.#limits, (network, before) => this.#renamed(network, before))
    this.reader = this.#makeReader()
  }

  /** Takes a record in, and gives it back with the network, and the name of the node, that it goes by from here on. */
  apply<R extends TelemetryRecord>(record: R): R {
    if (record.type === 'gap') return record
    this.#views.clear()
    const network = this.#directory.networkOf(record.origin, claimedNetwork(record))
    if (record.type === 'session') {
      this.#directory.agentOf(record.origin.agent)?.applySession(record, this.#now, this.#relayOf(record))
      return named(record, network)
    }
    if (record.type === 'alarm')
      return this.#directory.agents.has(record.origin.agent) ? named(record, network) : record
    const node = this.#nodeFor(record, network)
    if (node === undefined) return named(record, network)
    const headBefore = node.network.head
    this.#hear(node, record)
    this.#learn(node, record)
    this.#reconsider(node)
    node.network.settle(headBefore, this.#now)
    return named(record, node.network.id, node.node)
  }

  /** Time has passed: who is silent, who is behind, who is forgotten. Then tells the followers. Time never goes back. */
  advance(now: UnixMs): void {
    this.#views.clear()
    this.#now = Math.max(this.#now, now)
    let together: VanishedTogether | undefined
    for (const network of this.#directory.networks.values()) {
      const headBefore = network.head
      for (const node of network.nodes.values()) {
        if (
          node.silence === undefined ? isSilent(node, this.#now, this.#limits) : isUnsettled(node.silence, this.#now)
        ) {
          together ??= vanishedAgents(this.#directory.agents.values(), this.#now, this.#limits)
          this.#reconsider(node, together)
        }
        this.#noticeTime(node)
      }
      network.settle(headBefore, this.#now)
    }
    this.#forgetTheGone()
    this.flush()
  }

  /** Tells the followers what changed since the last time. `advance` does so too. */
  flush(): void {
    const removals = this.#pending
    this.#pending = []
    for (const change of removals) this.#followers.tell(change)
    for (const network of this.#directory.networks.values()) {
      if (!this.#followers.isEmpty) this.#tell(network)
      network.dirtyNodes.clear()
      network.dirtyBlocks.clear()
      network.removedNodes.clear()
      network.isDirty = false
    }
  }

  /** Nodes known from before the start, to be waited for. What is heard of them afterwards wins. */
  restore(reports: Iterable<TelemetryRecord<NodeReport>>): void {
    this.#views.clear()
    for (const report of reports) {
      const network = this.#directory.networkOf(report.origin, claimedNetwork(report))
      const seenAt = Math.min(serverTime(report), this.#now)
      const node = this.#directory.obtain(report.origin, network, this.#now, seenAt)
      if (node === undefined || node.heard.lastAt !== undefined) continue
      node.uptime = new Uptime(this.#now, 'down')
      applyNodeReport(node.facts, report)
    }
  }

  /** The last reorganisations of a network, newest first. */
  reorgs(network: NetworkId): readonly Reorg[] {
    return this.#directory.networks.get(network)?.reorgs.list() ?? []
  }

  /** What limits and plausibility kept out since the start. */
  refused(): RefusalCounts {
    return { ...this.#directory.refused, implausible_block: this.#implausibleBlocks }
  }

  #nodeFor(record: TelemetryRecord, network: NetworkId): WatchedNode | undefined {
    const isKnownOnly = record.type === 'log' || record.type === 'block_timing'
    if (isKnownOnly) return this.#directory.find(record.origin, network)
    return this.#directory.obtain(record.origin, network, this.#now, this.#now)
  }

  #hear(node: WatchedNode, record: TelemetryRecord): void {
    const { silence } = node
    const late = isLate(record, this.#now)
    node.agent.relay = this.#relayOf(record)
    if (record.clock !== undefined) node.clock = record.clock
    // What a relay had to hold back does not say whether the agent lives now.
    if (late && node.agent.relay !== undefined) return void correctByBacklog(node, serverTime(record))
    if (node.heard.lastAt === undefined) node.uptime.comeUp(this.#now)
    hear(node.agent.heard, silence, this.#now)
    hear(node.heard, silence, this.#now)
    if (!late && tellsOfClient(record)) hear(node.answered, silence, this.#now)
    else if (silence !== undefined && silence.cause !== 'node') node.answered.resume(this.#now)
    if (record.clock !== undefined) correctByBacklog(node, serverTime(record))
  }

  #relayOf({ origin: { via } }: TelemetryRecord): WatchedAgent | undefined {
    return via === undefined ? undefined : this.#directory.agentOf(via)
  }

  #learn(node: WatchedNode, record: TelemetryRecord): void {
    if (record.type === 'node') {
      applyNodeReport(node.facts, record)
      const known = chainOf(node.network.id)?.genesis
      if (known !== undefined && record.genesis?.slice(2, 10) === known) node.network.genesis ??= record.genesis
    } else if (record.type === 'metrics' && !isLate(record, this.#now)) {
      const wasSyncing = node.facts.isSyncing === true
      applyReadings(node.facts, record)
      if (wasSyncing !== (node.facts.isSyncing === true)) node.network.revote(node)
      const startedAt = hostStartOf(record)
      if (startedAt !== undefined) correctByHostStart(node, startedAt)
    } else if (record.type === 'block') {
      this.#learnBlock(node, record)
    }
    node.network.touch(node)
  }

  #learnBlock(node: WatchedNode, report: TelemetryRecord<BlockReport>): void {
    const block = blockFacts(report.block)
    if (block === undefined) {
      this.#implausibleBlocks += 1
      return
    }
    const isCatchingUp = node.facts.isSyncing === true
    node.network.receive(node, { ...report, block }, sightingOf(report, node.node, isCatchingUp, this.#now))
  }

  /** Raises, corrects or ends the node's silence. */
  #reconsider(node: WatchedNode, together?: VanishedTogether): void {
    const { silence } = node
    if (!isSilent(node, this.#now, this.#limits)) {
      if (silence !== undefined) this.#endSilence(node)
      return
    }
    if (silence !== undefined && together === undefined && silence.cause === 'node') return
    if (isHidden(node, this.#now, this.#limits)) return
    const verdict = judgeSilence(node, together ?? new VanishedTogether(), this.#now, this.#limits)
    if (silence !== undefined && sameVerdict(silence, verdict)) return
    node.silence = verdict
    node.uptime.goDown(verdict.since)
    node.network.revote(node)
    node.network.touch(node)
  }

  #endSilence(node: WatchedNode): void {
    if (node.silence !== undefined) node.pastSilence = { ...node.silence, until: this.#now }
    node.silence = undefined
    node.uptime.comeUp(this.#now)
    node.network.revote(node)
    node.network.touch(node)
  }

  /** What a node does may change by time alone. */
  #noticeTime(node: WatchedNode): void {
    const { activity, behind } = standingOf(node, node.network.chain, this.#now, this.#limits.behindAfterMs)
    const told = `${activity} ${behind}`
    if (told === node.told) return
    node.told = told
    node.network.touch(node)
  }

  #forgetTheGone(): void {
    const before = this.#now - this.#limits.forgetAfterMs
    for (const network of this.#directory.networks.values()) {
      for (const node of network.nodes.values()) {
        const lastWord = node.heard.lastAt ?? node.knownSince
        if (node.silence !== undefined && lastWord < before) this.#directory.remove(node)
      }
    }
    for (const network of this.#directory.sweep(before)) {
      for (const node of network.removedNodes) this.#pending.push({ kind: 'node_removed', network: network.id, node })
    }
  }

  #tell(network: WatchedNetwork): void {
    const { id } = network
    for (const node of network.removedNodes) this.#followers.tell({ kind: 'node_removed', network: id, node })
    for (const block of network.dirtyBlocks) {
      if (network.isShown(block)) this.#followers.tell({ kind: 'block', network: id, block: network.seen(block) })
    }
    for (const node of network.dirtyNodes) this.#followers.tell({ kind: 'node', network: id, node: this.#view(node) })
    if (network.isDirty) this.#followers.tell({ kind: 'summary', network: id, summary: this.#summary(network) })
  }

  #view(node: WatchedNode): NodeState {
    return nodeView(node, this.#now, this.#limits.behindAfterMs)
  }

  *#list(network: WatchedNetwork | undefined): Generator<NodeGlance> {
    for (const node of network?.nodes.values() ?? []) yield new NodeGlance(node, this.#now, this.#limits.behindAfterMs)
  }

  #summary(network: WatchedNetwork): NetworkSummary {
    if (network.summary?.at === this.#now) return network.summary.value
    const value = summaryView(network, this.#now, this.#limits.behindAfterMs, this.#names)
    network.summary = { at: this.#now, value }
    return value
  }

  #renamed(network: WatchedNetwork, before: NetworkId): void {
    for (const node of network.nodes.keys()) this.#pending.push({ kind: 'node_removed', network: before, node })
    for (const node of network.removedNodes) this.#pending.push({ kind: 'node_removed', network: before, node })
    network.touchAll()
  }

  #makeReader(): NetworkReader {
    const { networks } = this.#directory
    const find = (id: NetworkId): WatchedNetwork | undefined => networks.get(id)
    const views = (network: NetworkId) => {
      const known = this.#views.get(network)
      if (known !== undefined) return known
      const all = [...(find(network)?.nodes.values() ?? [])].map((node) => this.#view(node))
      if (all.length > 0) this.#views.set(network, all) // Names that nobody has are not remembered.
      return all
    }
    return {
      networks: () => [...networks.values()].map((network) => this.#summary(network)),
      nodes: views,
      list: (network) => this.#list(find(network)),
      node: (network, name) => {
        const node = find(network)?.nodes.get(name)
        return node === undefined ? undefined : this.#view(node)
      },
      blocks: (network, count) => find(network)?.newest(count) ?? [],
      follow: (onChange, signal) => this.#followers.add(onChange, signal),
    }
  }
}

/** A silence says nothing about the usual gap. */
function hear(rhythm: Rhythm, silence: SilenceVerdict | undefined, now: UnixMs): void {
  if (silence === undefined) rhythm.beat(now)
  else rhythm.resume(now)
}

function sameVerdict(a: SilenceVerdict, b: SilenceVerdict): boolean {
  return a.cause === b.cause && a.confidence === b.confidence && a.evidence.join() === b.evidence.join()
}

/** The record under its canonical names; itself where they are its own already. */
function named<R extends TelemetryRecord>(record: R, network: NetworkId, node = record.origin.node): R {
  const { origin } = record
  if (origin.network === network && origin.node === node) return record
  return { ...record, origin: { ...origin, network, node } }
}
