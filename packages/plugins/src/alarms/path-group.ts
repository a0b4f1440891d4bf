import type { NetworkId, UnixMs } from '@headwatch/protocol'
import type { SilentNode } from './silent-nodes.ts'

/**
 * The nodes that broken paths silenced, by network: every run whose silences began within `withinMs` of the one
 * before, and that has `atLeast` nodes.
 */
export function pathGroups(
  nodes: Iterable<SilentNode>,
  atLeast: number,
  withinMs: number,
): Map<NetworkId, readonly SilentNode[]> {
  const groups = new Map<NetworkId, readonly SilentNode[]>()
  for (const [network, silenced] of byNetwork(nodes)) {
    silenced.sort((a, b) => a.verdict.since - b.verdict.since || (a.node < b.node ? -1 : 1))
    const together = runsOf(silenced, withinMs).filter((run) => run.length >= atLeast)
    if (together.length > 0) groups.set(network, together.flat())
  }
  return groups
}

function byNetwork(nodes: Iterable<SilentNode>): Map<NetworkId, SilentNode[]> {
  const found = new Map<NetworkId, SilentNode[]>()
  for (const node of nodes) {
    if (node.backAt !== undefined || node.verdict.cause !== 'path') continue
    const list = found.get(node.network)
    if (list === undefined) found.set(node.network, [node])
    else list.push(node)
  }
  return found
}

/** Cuts an ascending list where the gap is wider than `withinMs`. */
function runsOf(ascending: readonly SilentNode[], withinMs: number): SilentNode[][] {
  const runs: SilentNode[][] = []
  let lastSince: UnixMs | undefined
  for (const node of ascending) {
    const run = runs.at(-1)
    if (run !== undefined && lastSince !== undefined && node.verdict.since - lastSince <= withinMs) run.push(node)
    else runs.push([node])
    lastSince = node.verdict.since
  }
  return runs
}
