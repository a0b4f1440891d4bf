import type { SilenceVerdict, UnixMs } from '@headwatch/protocol'
import type { NetworkLimits } from './network-limits.ts'
import { plainTime } from './plain-time.ts'
import { VanishedTogether } from './vanished-together.ts'
import { verdictOn } from './verdict.ts'
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
  if (isConnectionLost(node.agent, now, limits)) return true
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
    connection: agent.hasSession ? 'open' : agent.end === undefined ? 'never_seen' : 'ended',
    history: node.heard.lastAt === undefined ? 'only_stored' : 'heard',
    company: vanishedAt === undefined ? undefined : together.of(agent.prefix, vanishedAt),
  })
}

/** Whether more may yet be learned about a silence. */
export function isUnsettled(verdict: SilenceVerdict, now: UnixMs): boolean {
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
    agent.heard.lastAt === undefined ||
    agent.heard.isOverdue(now, limits.silentAfterMs)
  )
}

/** Its connection ended, it has not come back in time, and nothing was heard since by other ways. */
function isConnectionLost({ end, heard }: WatchedAgent, now: UnixMs, limits: NetworkLimits): boolean {
  if (end === undefined || now - end.at < limits.reconnectGraceMs) return false
  return heard.lastAt === undefined || heard.lastAt <= end.at
}

function silentSince(node: WatchedNode, agent: 'heard' | 'silent', now: UnixMs): UnixMs {
  if (agent === 'silent') return lastHeard(node)
  if (node.facts.isAnswering === false) return now
  return node.answered.lastAt ?? lastHeard(node)
}
