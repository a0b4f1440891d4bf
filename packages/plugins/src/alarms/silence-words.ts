import { type AlarmWords, type SilenceCause, silenceRepair } from '@headwatch/protocol'
import type { NodeSilenceConfig } from './config.ts'
import type { SilentNode } from './silent-nodes.ts'

const causes: Readonly<Record<SilenceCause, string>> = {
  node: 'its Ethereum client does not answer',
  agent: 'its agent has stopped',
  path: 'the path to its agent is broken',
  unclear: 'the cause is unclear',
}

/** What the alarm of one node says. */
export function wordsOf({ network, node, agent, verdict }: SilentNode, settings: NodeSilenceConfig): AlarmWords {
  const likely = verdict.confidence === 'inferred' && verdict.cause !== 'unclear' ? 'probably ' : ''
  const [evidence] = verdict.evidence
  const because = evidence === undefined ? '' : ` (${evidence})`
  return {
    severity: settings[`${verdict.cause}Severity`],
    text: `${node} is silent: ${likely}${causes[verdict.cause]}${because}`,
    repair: silenceRepair(verdict.cause),
    origin: { agent, node, network },
  }
}

/** What is said when it is heard again, with what was found out. */
export function backWordsOf({ node, verdict }: SilentNode): string {
  const evidence = verdict.evidence.at(-1)
  return evidence === undefined ? `${node} is heard again` : `${node} is heard again; it was silent: ${evidence}`
}

/** What the one alarm for many says. */
export function groupWordsOf(members: readonly SilentNode[], settings: NodeSilenceConfig): AlarmWords {
  const [first] = members
  const names = members.slice(0, 3).map(({ node }) => node)
  const more = members.length > names.length ? ` and ${members.length - names.length} more` : ''
  return {
    severity: settings.pathSeverity,
    text: `${members.length} nodes fell silent together, the path to them is probably broken: ${names.join(', ')}${more}`,
    repair: silenceRepair('path'),
    ...(first && { origin: { network: first.network } }),
  }
}
