import type { ListedNode, NodeActivity, SeenBlock } from '@headwatch/protocol'
import {
  clientName,
  type FieldGroup,
  type FieldGrouping,
  fieldStepMs,
  type NodeField,
  type NodeFilter,
} from '@headwatch/protocol/reporting'
import { matcherOf } from './node-list.ts'

/** Delays are told up to here; what is later counts as this late. */
const mostMs = 60_000

interface Tally {
  readonly key: string | undefined
  nodes: number
  readonly byActivity: Record<NodeActivity, number>
  readonly taken: Map<number, number>
  untimed: number
  unclear: number
}

interface FieldQuestion {
  readonly by: FieldGrouping
  readonly filter: NodeFilter
  /** Groups at most, two or more; small ones are merged into the last. */
  readonly groups: number
}

/** The nodes that match, counted by group, by what they do and by how late they took `head`. */
export function fieldOf(
  nodes: Iterable<ListedNode>,
  head: SeenBlock | undefined,
  { by, filter, groups }: FieldQuestion,
): NodeField {
  const tallies = new Map<string | undefined, Tally>()
  const matches = matcherOf(filter)
  let counted = 0
  for (const node of nodes) {
    if (!matches(node)) continue
    counted++
    const key = keyOf(node, by)
    const tally = tallies.get(key) ?? newTally(key)
    if (tally.nodes === 0) tallies.set(key, tally)
    count(tally, node, head)
  }
  return {
    by,
    ...(head && { head: { number: head.block.number, hash: head.block.hash, firstSeenAt: head.firstSeenAt } }),
    nodes: counted,
    groups: inOrder([...tallies.values()], groups),
  }
}

function count(tally: Tally, node: ListedNode, head: SeenBlock | undefined): void {
  const { activity } = node
  tally.nodes++
  tally.byActivity[activity]++
  if (activity === 'silent' && node.silence?.cause === 'unclear') tally.unclear++
  if (activity === 'in_sync' && head !== undefined) take(tally, node, head)
}

/** A node that stands on the head has it too, but says nothing of when it took it. */
function take(tally: Tally, node: ListedNode, { block }: SeenBlock): void {
  const own = node.head
  if (own === undefined || own.number < block.number) return
  if (own.hash !== block.hash || own.propagationMs === undefined) {
    tally.untimed++
    return
  }
  const step = Math.floor(Math.min(mostMs, own.propagationMs) / fieldStepMs)
  tally.taken.set(step, (tally.taken.get(step) ?? 0) + 1)
}

function keyOf(node: ListedNode, by: FieldGrouping): string | undefined {
  switch (by) {
    case 'country':
      return node.location?.country
    case 'client':
      return node.client === undefined ? undefined : clientName(node.client)
    case 'head':
      return node.activity === 'other_head' ? node.head?.hash : node.activity
    case 'state':
      return node.activity
  }
}

function inOrder(tallies: readonly Tally[], most: number): readonly FieldGroup[] {
  const known = tallies.filter(({ key }) => key !== undefined).toSorted(bySize)
  const unknown = tallies.find(({ key }) => key === undefined)
  const own = unknown === undefined ? most : most - 1
  const shown = known.length > own ? known.slice(0, own - 1) : known
  const rest = known.slice(shown.length)
  return [
    ...shown.map((tally) => groupOf(tally)),
    ...(unknown === undefined ? [] : [groupOf(unknown)]),
    ...(rest.length === 0 ? [] : [{ ...groupOf(merged(rest)), merged: rest.length }]),
  ]
}

function bySize(one: Tally, other: Tally): number {
  return other.nodes - one.nodes || (String(one.key) < String(other.key) ? -1 : 1)
}

function merged(tallies: readonly Tally[]): Tally {
  const sum = newTally(undefined)
  for (const { nodes, byActivity, taken, untimed, unclear } of tallies) {
    sum.nodes += nodes
    sum.untimed += untimed
    sum.unclear += unclear
    for (const [activity, count] of Object.entries(byActivity)) sum.byActivity[activity as NodeActivity] += count
    for (const [step, count] of taken) sum.taken.set(step, (sum.taken.get(step) ?? 0) + count)
  }
  return sum
}

function newTally(key: string | undefined): Tally {
  const byActivity = { in_sync: 0, behind: 0, syncing: 0, other_head: 0, silent: 0, unknown: 0 }
  return { key, nodes: 0, byActivity, taken: new Map(), untimed: 0, unclear: 0 }
}

function groupOf({ key, nodes, byActivity, taken, untimed, unclear }: Tally): FieldGroup {
  const steps = [...taken].sort(([one], [other]) => one - other).flat()
  return { ...(key !== undefined && { key }), nodes, byActivity, taken: steps, untimed, unclear }
}
