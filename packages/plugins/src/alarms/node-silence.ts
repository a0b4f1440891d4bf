import { AlarmSteps, type AlarmTransition, type UnixMs } from '@headwatch/protocol'
import { defineProcessor, type Emit, type Processor, type ProcessorHost, type TelemetryRecord } from '@headwatch/sdk'
import { config, type NodeSilenceConfig } from './config.ts'
import { pathGroups } from './path-group.ts'
import { recallAlarms } from './recall-alarms.ts'
import { nodeOfKey, pathKey, pathType, silentKey, silentType } from './silence-key.ts'
import { backWordsOf, groupWordsOf, wordsOf } from './silence-words.ts'
import { type SilentNode, SilentNodes } from './silent-nodes.ts'

/** Raises one alarm for each cause of silence, and clears it when the nodes are back. Needs a server, which lends the live state. */
export const nodeSilence = defineProcessor({
  name: 'node_silence',
  summary: 'Raises an alarm when nodes fall silent: one for each cause, not one for each node.',
  stability: 'beta',
  config,
  create: (settings, host) => new NodeSilence(settings, host),
})

class NodeSilence implements Processor {
  readonly #settings: NodeSilenceConfig
  readonly #host: ProcessorHost
  readonly #steps: AlarmSteps
  readonly #silent = new SilentNodes()
  readonly #stop = new AbortController()
  readonly #startedAt: UnixMs
  #isReady = false

  constructor(settings: NodeSilenceConfig, host: ProcessorHost) {
    this.#settings = settings
    this.#host = host
    this.#steps = new AlarmSteps(settings.maxAlarms)
    this.#startedAt = host.clock.now()
    host.network?.follow((change) => this.#silent.apply(change, host.clock.now()), this.#stop.signal)
    void this.#recall()
  }

  process(record: TelemetryRecord): TelemetryRecord {
    if (record.type === 'alarm' && this.#isOurs(record)) this.#steps.follow(record, this.#host.clock.now())
    return record
  }

  tick(emit: Emit): void {
    if (!this.#isReady) return
    const now = this.#host.clock.now()
    for (const gone of this.#silent.takeRemoved()) {
      this.#steps.clear(silentKey(gone), `${gone.node} is no longer watched`, now, emit)
    }
    const grouped = this.#judgeGroups(now, emit)
    for (const node of [...this.#silent.list()]) this.#judgeNode(node, grouped, now, emit)
    this.#clearForgotten(now, emit)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('the processor ends'))
  }

  /** The alarms that stood before the start go on with their versions. */
  async #recall(): Promise<void> {
    const { maxAlarms } = this.#settings
    for (const alarm of await recallAlarms(this.#host, [silentType, pathType], maxAlarms, this.#stop.signal)) {
      this.#steps.restore(alarm)
    }
    const { network, clock } = this.#host
    for (const { network: id } of network?.networks() ?? []) {
      for (const state of network?.nodes(id) ?? []) this.#silent.see(state, clock.now())
    }
    this.#isReady = true
  }

  /** Raises, changes or clears the alarms that stand for many; what it returns needs none of its own. */
  #judgeGroups(now: UnixMs, emit: Emit): Set<SilentNode> {
    const { groupAtLeast, groupWithinMs } = this.#settings
    const due = [...this.#silent.list()].filter((node) => this.#isDue(node, now))
    const groups = pathGroups(due, groupAtLeast, groupWithinMs)
    const grouped = new Set<SilentNode>()
    for (const [network, members] of groups) {
      if (this.#steps.raise(pathKey(network), groupWordsOf(members, this.#settings), now, emit) === 'full')
        this.#countFull()
      for (const member of members) grouped.add(member)
    }
    this.#clearGroups(new Set([...groups.keys()].map((network) => pathKey(network).resource)), now, emit)
    return grouped
  }

  /** One from before the start may have members that are still to come back. */
  #clearGroups(standing: ReadonlySet<string>, now: UnixMs, emit: Emit): void {
    const isStart = now - this.#startedAt < this.#settings.startDelayMs
    for (const { key, raisedAt } of this.#steps.raised(pathType)) {
      if (standing.has(key.resource) || (isStart && raisedAt < this.#startedAt)) continue
      const text = 'the nodes that fell silent together are heard again, or have alarms of their own'
      this.#steps.clear(key, text, now, emit)
    }
  }

  #judgeNode(node: SilentNode, grouped: ReadonlySet<SilentNode>, now: UnixMs, emit: Emit): void {
    const key = silentKey(node)
    if (node.backAt !== undefined) {
      if (now - node.backAt < this.#settings.offDelayMs) return
      this.#steps.clear(key, backWordsOf(node), now, emit)
      this.#silent.forget(node)
    } else if (grouped.has(node)) {
      this.#steps.clear(key, `${node.node} is counted in the alarm of its network`, now, emit)
    } else if (this.#isDue(node, now)) {
      if (this.#steps.raise(key, wordsOf(node, this.#settings), now, emit) === 'full') this.#countFull()
    }
  }

  /** Alarms from before the start whose node is well, or gone. One that is not heard yet may still come. */
  #clearForgotten(now: UnixMs, emit: Emit): void {
    for (const { key } of this.#steps.raised(silentType)) {
      const name = nodeOfKey(key)
      if (name === undefined || this.#silent.has(name.network, name.node)) continue
      const state = this.#host.network?.node(name.network, name.node)
      if (state !== undefined && state.lastSeenAt >= this.#startedAt) {
        this.#steps.clear(key, `${name.node} is heard again`, now, emit)
      } else if (state === undefined && now - this.#startedAt > this.#settings.startDelayMs) {
        this.#steps.clear(key, `${name.node} is no longer watched`, now, emit)
      }
    }
  }

  #isDue(node: SilentNode, now: UnixMs): boolean {
    if (node.backAt !== undefined) return false
    const isAwaited = node.lastSeenAt < this.#startedAt
    if (isAwaited && now - this.#startedAt < this.#settings.startDelayMs) return false
    return this.#steps.isRaised(silentKey(node)) || now - node.noticedAt >= this.#settings.onDelayMs
  }

  /** Steps that this server took, or one of ours that passes its own on: an agent that sends our keys is not believed. */
  #isOurs({ key: { alarmType }, origin }: TelemetryRecord<AlarmTransition>): boolean {
    const isServers = origin.agent === this.#host.self.agent || origin.via !== undefined
    return (alarmType === silentType || alarmType === pathType) && isServers
  }

  #countFull(): void {
    this.#host.meter.count('alarms_refused_total')
  }
}
