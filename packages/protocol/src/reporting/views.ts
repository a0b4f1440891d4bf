import type { NetworkId, NodeId } from '../item.ts'
import type { NodeActivity } from '../network.ts'
import type { FieldGrouping } from './node-field.ts'

/** Columns nodes can be sorted by. */
export type NodeSortKey =
  | 'state'
  | 'name'
  | 'client'
  | 'head'
  | 'propagation'
  | 'peers'
  | 'pending'
  | 'latency'
  | 'uptime'
  | 'last_seen'

export interface NodeSort {
  readonly by: NodeSortKey
  readonly direction: 'ascending' | 'descending'
}

/** Every part that is present must hold. */
export interface NodeFilter {
  /** Case-insensitive part of name, client, country or head hash. */
  readonly text?: string
  readonly activity?: readonly NodeActivity[]
  /** Beginnings of the client's own text or of its short name, in any case. */
  readonly client?: readonly string[]
  readonly country?: readonly string[]
}

/** The rows a viewer can see, counted in the sorted list. */
export interface RowWindow {
  readonly offset: number
  readonly count: number
}

/** A view is what one viewer looks at. Equal questions of several viewers are computed once. */
export type ViewQuestion =
  | { readonly of: 'networks' }
  | { readonly of: 'summary'; readonly network: NetworkId }
  | { readonly of: 'blocks'; readonly network: NetworkId; readonly count: number }
  | {
      readonly of: 'nodes'
      readonly network: NetworkId
      readonly filter: NodeFilter
      readonly sort: NodeSort
      readonly window: RowWindow
    }
  /** One value, a `NodeField`: all nodes that match in at most `groups` groups, two or more. */
  | {
      readonly of: 'field'
      readonly network: NetworkId
      readonly by: FieldGrouping
      readonly filter: NodeFilter
      readonly groups: number
    }
  | { readonly of: 'node'; readonly network: NetworkId; readonly node: NodeId }
  | { readonly of: 'alarms'; readonly network?: NetworkId }
  /** One value: `{ problems: [sentence, …] }`, what of the server itself does not work. */
  | { readonly of: 'server' }
