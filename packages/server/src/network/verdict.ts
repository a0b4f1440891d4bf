import type { AgentId, SilenceVerdict, UnixMs } from '@headwatch/protocol'
import { plainTime } from './plain-time.ts'
import type { Company } from './vanished-together.ts'
import type { SessionEnd } from './watched-agent.ts'

/** Everything a verdict on a silent node stands on. */
export interface SilenceFacts {
  /** When the node was last known to be well. */
  readonly since: UnixMs
  /** The agent is heard, so only the node can be at fault. */
  readonly agent: 'heard' | 'silent'
  /** The agent's own word on whether the client answers. */
  readonly client: 'answers' | 'does_not_answer' | 'not_said'
  readonly end: SessionEnd | undefined
  /** How the connection ended of the server that passes on what the agent reports, where that is why nothing comes. */
  readonly relay: RelayEnd | undefined
  /** Whether the agent's connection was seen to open and not to end. */
  readonly connection: 'open' | 'ended' | 'never_seen'
  /** Whether this server has heard the node at all since it started. */
  readonly history: 'heard' | 'only_stored'
  readonly company: Company | undefined
}

/** A server that is not connected here any more. */
export interface RelayEnd extends SessionEnd {
  readonly server: AgentId
}

/** Names the link of node → agent → path → server that broke, with what shows it. */
export function verdictOn(facts: SilenceFacts): SilenceVerdict {
  if (facts.agent === 'heard') return onNode(facts)
  if (facts.end?.change === 'bye') {
    const why = facts.end.reason === undefined || facts.end.reason === '' ? '' : ` (${facts.end.reason})`
    return verdict(facts, 'agent', 'certain', `the agent said goodbye at ${plainTime(facts.end.at)}${why}`)
  }
  if (facts.relay !== undefined) return onRelay(facts, facts.relay)
  if (facts.company !== undefined) return onPathOfMany(facts, facts.company)
  if (facts.end !== undefined) return onEndedConnection(facts, facts.end)
  const quiet = `nothing has been heard since ${plainTime(facts.since)}`
  if (facts.history === 'only_stored') {
    return verdict(
      facts,
      'unclear',
      'inferred',
      `not heard since this server started; last known ${plainTime(facts.since)}`,
    )
  }
  if (facts.connection === 'open') {
    return verdict(facts, 'path', 'inferred', quiet, 'its connection was open and nobody closed it')
  }
  return verdict(facts, 'unclear', 'inferred', quiet)
}

function onNode(facts: SilenceFacts): SilenceVerdict {
  if (facts.client === 'does_not_answer') {
    return verdict(
      facts,
      'node',
      'certain',
      `the agent reports since ${plainTime(facts.since)} that the client does not answer`,
    )
  }
  const quiet = `the agent is heard, but nothing has come of the node since ${plainTime(facts.since)}`
  return verdict(facts, 'node', 'inferred', quiet)
}

function onPathOfMany(facts: SilenceFacts, { where, vanished, known }: Company): SilenceVerdict {
  const whose = where === 'everywhere' ? 'all agents of this server' : `the agents of ${where}`
  return verdict(
    facts,
    'path',
    'inferred',
    `${vanished} of ${known} of ${whose} fell silent within seconds, around ${plainTime(facts.since)}`,
  )
}

const relayEnds: Readonly<Record<SessionEnd['change'], string>> = {
  bye: 'was stopped',
  closed: 'closed its connection',
  reset: 'broke off without a goodbye',
  timed_out: 'fell silent',
}

function onRelay(facts: SilenceFacts, { server, change, at }: RelayEnd): SilenceVerdict {
  const what = `the server ${server}, through which it reports, ${relayEnds[change]} at ${plainTime(at)}`
  return verdict(facts, 'path', 'certain', what)
}

function onEndedConnection(facts: SilenceFacts, end: SessionEnd): SilenceVerdict {
  const at = plainTime(end.at)
  switch (end.change) {
    case 'bye':
    case 'closed':
      return verdict(facts, 'agent', 'certain', `the agent's side closed the connection at ${at}`)
    case 'reset':
      return verdict(
        facts,
        'agent',
        'inferred',
        `the connection broke off without a goodbye at ${at}, as when a process is killed`,
        'other agents were not cut off with it',
      )
    case 'timed_out':
      return verdict(facts, 'path', 'inferred', `the connection timed out at ${at}: the agent's side never closed it`)
  }
}

function verdict(
  { since }: SilenceFacts,
  cause: SilenceVerdict['cause'],
  confidence: SilenceVerdict['confidence'],
  ...evidence: string[]
): SilenceVerdict {
  return { cause, confidence, since, evidence }
}
