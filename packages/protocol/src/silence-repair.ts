import type { SilenceCause } from './network.ts'

const repairs: Readonly<Record<SilenceCause, string>> = {
  node: 'Start the Ethereum client, or tell its agent with --rpc where it listens.',
  agent: 'Start the agent again, or the client where it reports by itself; its log says why it ended.',
  path: 'Check the network between the agent and this server; the agent goes on by itself when it is back.',
  unclear: 'Look at its host: whether it runs, whether the agent runs there, whether that reaches this server.',
}

/** What to do about a node that is silent, one sentence for people. */
export function silenceRepair(cause: SilenceCause): string {
  return repairs[cause]
}
