import type { NodeActivity, NodeState, SeenBlock } from '@headwatch/protocol'
import { clientName, type FieldGrouping, fieldStepMs, type NodeField } from '@headwatch/protocol/reporting'

/** The nodes in groups, as a server counts them, without merging any. */
export function fakeField(nodes: readonly NodeState[], head: SeenBlock | undefined, by: FieldGrouping): NodeField {
  const groups = Map.groupBy(nodes, (node) => keyOf(node, by))
  return {
    by,
    ...(head && { head: { number: head.block.number, hash: head.block.hash, firstSeenAt: head.firstSeenAt } }),
    nodes: nodes.length,
    groups: [...groups]
      .map(([key, of]) => ({ ...(key !== undefined && { key }), ...countsOf(of, head) }))
      .toSorted((one, other) => other.nodes - one.nodes),
  }
}

function keyOf({ activity, client, location, head }: NodeState, by: FieldGrouping): string | undefined {
  if (by === 'country') return location?.country
  if (by === 'client') return client && clientName(client)
  return by === 'head' && activity === 'other_head' ? head?.hash : activity
}

function countsOf(nodes: readonly NodeState[], head: SeenBlock | undefined) {
  const count = (activity: NodeActivity) => nodes.filter((node) => node.activity === activity).length
  const steps = nodes
    .filter((node) => node.activity === 'in_sync' && node.head?.hash === head?.block.hash)
    .map((node) => Math.floor((node.head?.propagationMs ?? 0) / fieldStepMs))
  return {
    nodes: nodes.length,
    byActivity: {
      in_sync: count('in_sync'),
      behind: count('behind'),
      syncing: count('syncing'),
      other_head: count('other_head'),
      silent: count('silent'),
      unknown: count('unknown'),
    },
    taken: [...Map.groupBy(steps, (step) => step)]
      .toSorted(([one], [other]) => one - other)
      .flatMap(([step, of]) => [step, of.length]),
    untimed: 0,
    unclear: nodes.filter(({ silence }) => silence?.cause === 'unclear').length,
  }
}
