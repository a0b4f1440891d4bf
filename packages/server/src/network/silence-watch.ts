import type { SilenceVerdict, UnixMs } from '@headwatch/protocol'
import type { NetworkLimits } from './network-limits.ts'
import { plainTime } from './plain-time.ts'
import { VanishedTogether } from './vanished-together.ts'
import { type RelayEnd, verdictOn } from './verdict.ts'
import type { WatchedAgent } from './watched-agent.ts'
import { lastHeard, type WatchedNode } from './watched-node.ts'

/** A verdict may still change for this long: others of the same path fall silent a little later. */
const unsettledMs = 300_000

/** An agent that starts again takes its first readings before it is connected: they prove nothing about the time before. */
const returnMs = 15_000

/** Which agents have vanished by now. */
export function vanishedAgents(agents: Iterable<WatchedAgent>, now: UnixMs, limits: NetworkLimits): VanishedTogether {
  const together = new VanishedTogether()
  for (const agent of agents) {
    if (agent.nodes.size === 0) continue
    const saidBye = agent.end?.change === 'bye'
    const isGone = !saidBye && isAgentSilent(agent, now, limits)
    together.add(agent.prefix, isGone ? (agent.end?.at ?? agent.heard.lastAt) : undefined)
  }
  return together
}

/** Whether anything is wrong with the node now. Cheap: no verdict is made. */
export function isSilent(node: WatchedNode, now: UnixMs, limits: NetworkLimits): boolean {
  if (isConnectionLost(node.agent, now, limits) || isRelayLost(node.agent, now, limits)) return true
  if (node.facts.isAnswering === false) return true
  const { lastAt } = node.heard
  if (lastAt === undefined) return now - node.knownSince > limits.silentAfterMs
  return node.heard.isOverdue(now, limits.silentAfterMs) || node.answered.isOverdue(now, limits.silentAfterMs)
}

/** Why the node is silent, as far as can be told at `now`. */
export function judgeSilence(
  node: WatchedNode,
  together: VanishedTogether,
  now: UnixMs,
  limits: NetworkLimits,
): SilenceVerdict {
  const { agent } = node
  const agentState = isAgentSilent(agent, now, limits) ? 'silent' : 'heard'
  const vanishedAt = agent.end?.at ?? agent.heard.lastAt
  const isAnswering = node.facts.isAnswering
  return verdictOn({
    since: node.silence?.since ?? silentSince(node, agentState, now),
    agent: agentState,
    client: isAnswering === undefined ? 'not_said' : isAnswering ? 'answers' : 'does_not_answer',
    end: agent.end,
    relay: isRelayLost(agent, now, limits) ? relayEnd(agent) : undefined,
    connection: agent.hasSession ? 'open' : agent.end === undefined ? 'never_seen' : 'ended',
    history: node.heard.lastAt === undefined ? 'only_stored' : 'heard',
    company: vanishedAt === undefined ? undefined : together.of(agent.prefix, vanishedAt),
  })
}

/** Whether the silence is that of a server it reports through, and too little time has gone since that came back to tell more. */
export function isHidden({ silence, agent: { relay } }: WatchedNode, now: UnixMs, limits: NetworkLimits): boolean {
  if (silence?.cause !== 'path' || silence.confidence !== 'certain') return false
  return relay?.openedAt !== undefined && now - relay.openedAt < limits.silentAfterMs
}

/** Whether more may yet be learned about a silence. */
export function isUnsettled(verdict: SilenceVerdict, now: UnixMs): boolean {
  if (verdict.cause === 'path' && verdict.confidence === 'certain') return true
  return verdict.confidence === 'inferred' && now - verdict.since < unsettledMs
}

/** A record that arrived after the silence was taken within it: the agent ran and could not get through. */
export function correctByBacklog(node: WatchedNode, takenAt: UnixMs): boolean {
  const past = node.pastSilence
  if (past === undefined || takenAt <= past.since + 1000 || takenAt >= past.until) return false
  node.uptime.prove(takenAt, past.until)
  if (takenAt > past.until - returnMs) return false
  if (past.cause === 'path' && past.confidence === 'certain') return false
  if (past.cause === 'node') return false
  const proof = `what it recorded at ${plainTime(takenAt)} arrived later: the agent ran and could not get through`
  node.pastSilence = { ...past, cause: 'path', confidence: 'certain', evidence: [...past.evidence, proof] }
  return true
}

/** The host tells when it started: within the silence, so the agent was down with it. */
export function correctByHostStart(node: WatchedNode, startedAt: UnixMs): boolean {
  const past = node.pastSilence
  if (past === undefined || past.confidence === 'certain' || startedAt <= past.since || startedAt > past.until)
    return false
  const proof = `its host started again at ${plainTime(startedAt)}`
  node.pastSilence = { ...past, cause: 'agent', confidence: 'certain', evidence: [...past.evidence, proof] }
  return true
}

function isAgentSilent(agent: WatchedAgent, now: UnixMs, limits: NetworkLimits): boolean {
  return (
    isConnectionLost(agent, now, limits) ||
    isRelayLost(agent, now, limits) ||
    agent.heard.lastAt === undefined ||
    agent.heard.isOverdue(now, limits.silentAfterMs)
  )
}

/** Its connection ended, it has not come back in time, and nothing was heard since by other ways. */
function isConnectionLost({ end, heard }: WatchedAgent, now: UnixMs, limits: NetworkLimits): boolean {
  if (end === undefined || now - end.at < limits.reconnectGraceMs) return false
  return heard.lastAt === undefined || heard.lastAt <= end.at
}

/** The server it reports through is gone, and so nobody here knows how it is. */
function isRelayLost({ relay, end, heard }: WatchedAgent, now: UnixMs, limits: NetworkLimits): boolean {
  if (relay?.end === undefined || now - relay.end.at < limits.reconnectGraceMs) return false
  return end === undefined && (heard.lastAt === undefined || heard.lastAt <= relay.end.at)
}

function relayEnd({ relay }: WatchedAgent): RelayEnd | undefined {
  return relay?.end === undefined ? undefined : { server: relay.id, ...relay.end }
}

function silentSince(node: WatchedNode, agent: 'heard' | 'silent', now: UnixMs): UnixMs {
  if (agent === 'silent') return lastHeard(node)
  if (node.facts.isAnswering === false) return now
  return node.answered.lastAt ?? lastHeard(node)
}
