import type { Hex, UnixMs } from '../item.ts'
import type { NodeActivity } from '../network.ts'

/** What the groups of a node field share. By head, those that follow another one are told apart by its hash. */
export type FieldGrouping = 'country' | 'client' | 'head' | 'state'

export const fieldGroupings: readonly FieldGrouping[] = ['country', 'client', 'head', 'state']

/** Width of a step of `FieldGroup.taken`, in milliseconds. */
export const fieldStepMs = 10

/** Nodes that share something, counted so that each can be drawn as one dot. */
export interface FieldGroup {
  /** A country code, the short name of a client, a hash or an activity; absent where it is not known, and where groups are merged. */
  readonly key?: string
  /** How many small groups were merged into this one; absent for a group of its own. */
  readonly merged?: number
  readonly nodes: number
  readonly byActivity: Readonly<Record<NodeActivity, number>>
  /** Nodes in sync that have the network's head, by how late they took it: step and count in turn, steps ascending. */
  readonly taken: readonly number[]
  /** Nodes in sync that have the head, and nobody can say since when. */
  readonly untimed: number
  /** Of those that are silent, the ones of which nobody can say why. */
  readonly unclear: number
}

/** All nodes of a network in groups, largest first; what is not known and what is merged come last. */
export interface NodeField {
  readonly by: FieldGrouping
  /** What `taken` is measured from; absent before the first block. */
  readonly head?: { readonly number: bigint; readonly hash: Hex; readonly firstSeenAt: UnixMs }
  readonly nodes: number
  readonly groups: readonly FieldGroup[]
}
