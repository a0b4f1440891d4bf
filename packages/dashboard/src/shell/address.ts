import type { NodeActivity } from '@headwatch/protocol'
import {
  type FieldGrouping,
  fieldGroupings,
  type NodeFilter,
  type NodeSort,
  type NodeSortKey,
} from '@headwatch/protocol/reporting'
import { type ColumnId, choosable } from '../nodes/columns.ts'

export type Screen = 'overview' | 'nodes'
export type Theme = 'dark' | 'light'

/** Everything that a link restores. */
export interface Address {
  readonly screen: Screen
  readonly network?: string
  readonly node?: string
  readonly filter: NodeFilter
  readonly sort: NodeSort
  /** What the node field is grouped by. Absent: as the network lends itself to. */
  readonly by?: FieldGrouping
  /** Columns of the list beside pin and name. Absent: the usual ones. */
  readonly columns?: readonly ColumnId[]
  /** Absent: as the system prefers. */
  readonly theme?: Theme
}

/** Fresh first. */
export const firstSort: NodeSort = { by: 'propagation', direction: 'ascending' }

export const activities: readonly NodeActivity[] = ['in_sync', 'behind', 'syncing', 'other_head', 'silent', 'unknown']

const sortKeys: readonly NodeSortKey[] = [
  'state',
  'name',
  'client',
  'head',
  'propagation',
  'peers',
  'pending',
  'latency',
  'uptime',
  'last_seen',
]

/** Reads the part after `?`. What is not understood is left out. */
export function readAddress(search: string): Address {
  const query = new URLSearchParams(search)
  const network = query.get('network')
  const node = query.get('node')
  const theme = query.get('theme')
  const by = fieldGroupings.find((one) => one === query.get('by'))
  return {
    screen: query.get('screen') === 'nodes' ? 'nodes' : 'overview',
    ...(network === null ? {} : { network }),
    ...(node === null ? {} : { node }),
    filter: readFilter(query),
    sort: readSort(query.get('sort')),
    ...(by === undefined ? {} : { by }),
    ...readColumns(query.get('columns')),
    ...(theme === 'dark' || theme === 'light' ? { theme } : {}),
  }
}

/** The part after `?`, without it; what is as it always is, is left out. */
export function writeAddress(address: Address): string {
  const query = new URLSearchParams()
  if (address.screen !== 'overview') query.set('screen', address.screen)
  if (address.network !== undefined) query.set('network', address.network)
  if (address.node !== undefined) query.set('node', address.node)
  writeFilter(address.filter, query)
  const sort = (address.sort.direction === 'descending' ? '-' : '') + address.sort.by
  if (sort !== firstSort.by) query.set('sort', sort)
  if (address.by !== undefined) query.set('by', address.by)
  if (address.columns !== undefined) query.set('columns', address.columns.join('.'))
  if (address.theme !== undefined) query.set('theme', address.theme)
  return query.toString()
}

function writeFilter({ text, activity, client, country }: NodeFilter, query: URLSearchParams): void {
  if (text !== undefined) query.set('find', text)
  for (const one of activity ?? []) query.append('state', one)
  for (const one of client ?? []) query.append('client', one)
  for (const one of country ?? []) query.append('country', one)
}

function readFilter(query: URLSearchParams): NodeFilter {
  const text = query.get('find')
  const states = query.getAll('state')
  const activity = activities.filter((one) => states.includes(one))
  const client = query.getAll('client')
  const country = query.getAll('country')
  return {
    ...(text === null || text === '' ? {} : { text }),
    ...(activity.length === 0 ? {} : { activity }),
    ...(client.length === 0 ? {} : { client }),
    ...(country.length === 0 ? {} : { country }),
  }
}

function readSort(text: string | null): NodeSort {
  const by = sortKeys.find((key) => key === text?.replace(/^-/, ''))
  if (by === undefined) return firstSort
  return { by, direction: text?.startsWith('-') ? 'descending' : 'ascending' }
}

function readColumns(text: string | null): Pick<Address, 'columns'> {
  if (text === null) return {}
  const named = text.split('.')
  return { columns: choosable.map(({ id }) => id).filter((id) => named.includes(id)) }
}
