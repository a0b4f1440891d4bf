import { until } from '../peers/until.ts'
import type { Agent } from './agent.ts'
import type { Day } from './day.ts'
import type { ApiNode } from './server-api.ts'

/** How the page's list and its panel say that a link is down. */
const words = {
  node: { state: 'node down', sentence: /Silent .*: the node is down\./ },
  agent: { state: 'agent down', sentence: /Silent .*: the agent is down\./ },
  path: { state: 'path down', sentence: /Silent .*: the path is down\./ },
}

/** Waits until API and page say of a node that it is silent, and why. Returns the evidence. */
export async function verdictIs(day: Day, { name }: Agent, cause: keyof typeof words): Promise<readonly string[]> {
  const { network, server, viewer } = day
  const silence = await untilNode(day, name, `${name} is silent because of ${cause}`, (node) =>
    node.activity === 'silent' && node.silence?.cause === cause ? node.silence : undefined,
  )
  await viewer.seesState(name, words[cause].state)
  await viewer.seesVerdict(name, words[cause].sentence)
  const [node] = (await server.api.nodes(network)).filter((candidate) => candidate.node === name)
  if (node?.silence?.cause !== cause) throw new Error(`${name} did not stay silent because of ${cause}`)
  return silence.evidence
}

/** Waits until API and page show these agents' nodes in sync. */
export async function areInSync(day: Day, agents: readonly Agent[]): Promise<void> {
  for (const { name } of agents) {
    await untilNode(day, name, `${name} is in sync`, (node) => node.activity === 'in_sync')
    await day.viewer.seesState(name, 'in sync')
  }
}

/** How long the product may take: a silent path needs half a minute to be one. */
const deadlineMs = 90_000

async function untilNode<T>(
  { server, network }: Day,
  name: string,
  awaited: string,
  judge: (node: ApiNode) => T | undefined | false,
): Promise<T> {
  let last: ApiNode | undefined
  const look = async () => {
    last = (await server.api.nodesIfAny(network)).find(({ node }) => node === name)
    return last === undefined ? undefined : judge(last)
  }
  return until(awaited, look, deadlineMs).catch((cause: unknown) => {
    throw new Error(`${name} was last ${last?.activity ?? 'not there'}: ${JSON.stringify(last?.silence)}`, { cause })
  })
}
