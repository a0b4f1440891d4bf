import type { NodeSortKey } from '@headwatch/protocol/reporting'

export interface Column {
  readonly id: string
  readonly title: string
  /** Absent where sorting by it means nothing. */
  readonly sort?: NodeSortKey
  /** What a first click on the title asks for: the interesting end first. */
  readonly first: 'ascending' | 'descending'
  readonly align: 'left' | 'right'
}

export const columns: readonly Column[] = [
  { id: 'pin', title: '', first: 'ascending', align: 'left' },
  { id: 'state', title: 'State', sort: 'state', first: 'ascending', align: 'left' },
  { id: 'name', title: 'Name', sort: 'name', first: 'ascending', align: 'left' },
  { id: 'client', title: 'Client', sort: 'client', first: 'ascending', align: 'left' },
  { id: 'head', title: 'Head, age', sort: 'head', first: 'descending', align: 'right' },
  { id: 'took', title: 'Took block', sort: 'propagation', first: 'ascending', align: 'right' },
  { id: 'peers', title: 'Peers', sort: 'peers', first: 'ascending', align: 'right' },
  { id: 'pending', title: 'Pending', sort: 'pending', first: 'descending', align: 'right' },
  { id: 'latency', title: 'Latency', sort: 'latency', first: 'descending', align: 'right' },
  { id: 'uptime', title: 'Uptime', sort: 'uptime', first: 'ascending', align: 'right' },
  { id: 'blocks', title: 'Last 40 blocks, delay', first: 'ascending', align: 'left' },
]

/** The word for a sort key in a sentence. */
export function titleOf(by: NodeSortKey): string {
  return columns.find(({ sort }) => sort === by)?.title.toLowerCase() ?? 'last seen'
}
