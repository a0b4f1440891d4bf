import type { NodeActivity, NodeState } from '@headwatch/protocol'
import type { NodeFilter, NodeSort, NodeSortKey } from '@headwatch/protocol/reporting'

type SortValue = number | string | undefined

/** What deviates comes first when nodes are sorted by state. */
const activityRank: Readonly<Record<NodeActivity, number>> = {
  silent: 0,
  other_head: 1,
  behind: 2,
  syncing: 3,
  unknown: 4,
  in_sync: 5,
}

const sortValues: Readonly<Record<NodeSortKey, (node: NodeState) => SortValue>> = {
  state: (node) => activityRank[node.activity],
  name: (node) => node.node,
  client: (node) => node.client,
  head: (node) => (node.head === undefined ? undefined : Number(node.head.number)),
  propagation: (node) => node.head?.propagationMs,
  peers: (node) => node.peers,
  pending: (node) => node.pendingTransactions,
  latency: (node) => node.latencyMs,
  uptime: (node) => node.uptime,
  last_seen: (node) => node.lastSeenAt,
}

/** The nodes that match, in order. What is not known comes last in either direction; equal ones are ordered by name. */
export function listNodes(nodes: Iterable<NodeState>, filter: NodeFilter, sort: NodeSort): readonly NodeState[] {
  const matches = matcherOf(filter)
  const sortValueOf = sortValues[sort.by]
  const sign = sort.direction === 'ascending' ? 1 : -1
  const keyed: { readonly value: SortValue; readonly node: NodeState }[] = []
  for (const node of nodes) if (matches(node)) keyed.push({ value: sortValueOf(node), node })
  keyed.sort((a, b) => compareValues(a.value, b.value, sign) || compareText(a.node.node, b.node.node))
  return keyed.map(({ node }) => node)
}

function matcherOf({ text, activity, client, country }: NodeFilter): (node: NodeState) => boolean {
  const wanted = text?.toLowerCase()
  const clients = client?.map((name) => name.toLowerCase())
  return (node) =>
    (activity === undefined || activity.includes(node.activity)) &&
    (clients === undefined || clients.some((name) => node.client?.toLowerCase().startsWith(name) === true)) &&
    (country === undefined || (node.location?.country !== undefined && country.includes(node.location.country))) &&
    (wanted === undefined || hasText(node, wanted))
}

function hasText(node: NodeState, wanted: string): boolean {
  const places = [node.node, node.client, node.location?.country, node.location?.city, node.head?.hash]
  return places.some((place) => place?.toLowerCase().includes(wanted) === true)
}

function compareValues(a: SortValue, b: SortValue, sign: number): number {
  if (a === b) return 0
  if (a === undefined) return 1
  if (b === undefined) return -1
  if (typeof a === 'string' || typeof b === 'string')
    return sign * compareText(String(a).toLowerCase(), String(b).toLowerCase())
  return sign * (a - b)
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
