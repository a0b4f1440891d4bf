import type { ListedNode, NodeActivity } from '@headwatch/protocol'
import {
  clientName,
  type NodeFilter,
  type NodeSort,
  type NodeSortKey,
  type RowWindow,
} from '@headwatch/protocol/reporting'
import { firstInOrder } from './first-in-order.ts'

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

const sortValues: Readonly<Record<NodeSortKey, (node: ListedNode) => SortValue>> = {
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
export function listNodes<N extends ListedNode>(nodes: Iterable<N>, filter: NodeFilter, sort: NodeSort): readonly N[] {
  return inOrder(matching(nodes, filter, sort), sort).map(({ node }) => node)
}

/** The part of that list which `window` shows, and how many there are: of all that match, and of all. */
export function windowOfNodes<N extends ListedNode>(
  nodes: Iterable<N>,
  filter: NodeFilter,
  sort: NodeSort,
  { offset, count }: RowWindow,
): { readonly nodes: readonly N[]; readonly total: number; readonly known: number } {
  let known = 0
  const counted = function* () {
    for (const node of nodes) {
      known++
      yield node
    }
  }
  const found = matching(counted(), filter, sort)
  const visible = inOrder(found, sort, offset + count).slice(offset)
  return { nodes: visible.map(({ node }) => node), total: found.length, known }
}

interface Keyed<N> {
  readonly value: SortValue
  readonly node: N
}

function matching<N extends ListedNode>(nodes: Iterable<N>, filter: NodeFilter, sort: NodeSort): Keyed<N>[] {
  const matches = matcherOf(filter)
  const sortValueOf = sortValues[sort.by]
  const keyed: Keyed<N>[] = []
  for (const node of nodes) if (matches(node)) keyed.push({ value: sortValueOf(node), node })
  return keyed
}

function inOrder<N extends ListedNode>(keyed: readonly Keyed<N>[], sort: NodeSort, upTo = keyed.length) {
  const sign = sort.direction === 'ascending' ? 1 : -1
  const compare = (a: Keyed<N>, b: Keyed<N>) =>
    compareValues(a.value, b.value, sign) || compareText(a.node.node, b.node.node)
  return firstInOrder(keyed, upTo, compare)
}

/** Whether a node passes a filter. */
export function matcherOf({ text, activity, client, country }: NodeFilter): (node: ListedNode) => boolean {
  const wanted = text?.toLowerCase()
  const clients = client?.map((name) => name.toLowerCase())
  return (node) =>
    (activity === undefined || activity.includes(node.activity)) &&
    (clients === undefined || isClientOf(node.client, clients)) &&
    (country === undefined || (node.location?.country !== undefined && country.includes(node.location.country))) &&
    (wanted === undefined || hasText(node, wanted))
}

function isClientOf(client: string | undefined, wanted: readonly string[]): boolean {
  if (client === undefined) return false
  const names = [client.toLowerCase(), clientName(client).toLowerCase()]
  return wanted.some((beginning) => names.some((name) => name.startsWith(beginning)))
}

function hasText(node: ListedNode, wanted: string): boolean {
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
