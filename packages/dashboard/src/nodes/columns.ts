import type { NodeSortKey } from '@headwatch/protocol/reporting'

export interface Column {
  readonly id: ColumnId
  readonly title: string
  /** Absent where sorting by it means nothing. */
  readonly sort?: NodeSortKey
  /** What a first click on the title asks for: the interesting end first. */
  readonly first: 'ascending' | 'descending'
  readonly align: 'left' | 'right'
  /** Its least width in pixels, and whether it takes of what is left. */
  readonly widthPx: number
  readonly grows?: number
  /** Where room is short the highest goes first; 0 stays. */
  readonly rank: number
}

export type ColumnId =
  | 'pin'
  | 'state'
  | 'name'
  | 'client'
  | 'where'
  | 'head'
  | 'took'
  | 'peers'
  | 'pending'
  | 'latency'
  | 'uptime'
  | 'seen'
  | 'clock'
  | 'gas'
  | 'system'
  | 'agent'
  | 'contact'
  | 'blocks'

/** All there are, in their order. */
export const columns: readonly Column[] = [
  { id: 'pin', title: '', first: 'ascending', align: 'left', widthPx: 40, rank: 0 },
  { id: 'state', title: 'State', sort: 'state', first: 'ascending', align: 'left', widthPx: 112, rank: 0 },
  { id: 'name', title: 'Name', sort: 'name', first: 'ascending', align: 'left', widthPx: 90, grows: 1.3, rank: 0 },
  { id: 'client', title: 'Client', sort: 'client', first: 'ascending', align: 'left', widthPx: 96, grows: 1, rank: 4 },
  { id: 'where', title: 'Where', first: 'ascending', align: 'left', widthPx: 110, grows: 0.7, rank: 7 },
  { id: 'head', title: 'Head, age', sort: 'head', first: 'descending', align: 'right', widthPx: 100, rank: 0 },
  { id: 'took', title: 'Took block', sort: 'propagation', first: 'ascending', align: 'right', widthPx: 106, rank: 1 },
  { id: 'peers', title: 'Peers', sort: 'peers', first: 'ascending', align: 'right', widthPx: 52, rank: 3 },
  { id: 'pending', title: 'Pending', sort: 'pending', first: 'descending', align: 'right', widthPx: 66, rank: 6 },
  { id: 'latency', title: 'Latency', sort: 'latency', first: 'descending', align: 'right', widthPx: 66, rank: 8 },
  { id: 'uptime', title: 'Uptime', sort: 'uptime', first: 'ascending', align: 'right', widthPx: 68, rank: 5 },
  { id: 'seen', title: 'Last heard', sort: 'last_seen', first: 'descending', align: 'right', widthPx: 84, rank: 9 },
  { id: 'clock', title: 'Clock', first: 'ascending', align: 'right', widthPx: 92, rank: 10 },
  { id: 'gas', title: 'Gas price', first: 'ascending', align: 'right', widthPx: 84, rank: 11 },
  { id: 'system', title: 'System', first: 'ascending', align: 'left', widthPx: 84, rank: 12 },
  { id: 'agent', title: 'Agent', first: 'ascending', align: 'left', widthPx: 90, rank: 13 },
  { id: 'contact', title: 'Contact', first: 'ascending', align: 'left', widthPx: 110, rank: 14 },
  { id: 'blocks', title: 'Last 40 blocks, delay', first: 'ascending', align: 'left', widthPx: 179, rank: 2 },
]

/** Those that can be chosen; pin and name are always there. */
export const choosable = columns.filter(({ id }) => id !== 'pin' && id !== 'name')

/** What is shown until somebody chooses. */
export const firstColumns: readonly ColumnId[] = [
  'state',
  'client',
  'where',
  'head',
  'took',
  'peers',
  'pending',
  'latency',
  'uptime',
  'blocks',
]

/** The chosen columns, as many as fit beside each other, in their order. */
export function fittingColumns(chosen: readonly ColumnId[], widthPx: number): readonly Column[] {
  const wanted = columns.filter(({ id }) => id === 'pin' || id === 'name' || chosen.includes(id))
  const shown = new Set(wanted)
  let taken = wanted.reduce((sum, column) => sum + column.widthPx, 0)
  for (const column of wanted.toSorted((one, other) => other.rank - one.rank)) {
    if (taken <= widthPx || column.rank === 0) break
    shown.delete(column)
    taken -= column.widthPx
  }
  return wanted.filter((column) => shown.has(column))
}

/** The columns as a grid takes them. */
export function gridOf(shown: readonly Column[]): string {
  return shown
    .map(({ widthPx, grows }) => (grows === undefined ? `${widthPx}px` : `minmax(${widthPx}px, ${grows}fr)`))
    .join(' ')
}

/** The word for a sort key in a sentence. */
export function titleOf(by: NodeSortKey): string {
  return columns.find(({ sort }) => sort === by)?.title.toLowerCase() ?? 'last heard'
}
