import type { Alarm, NetworkSummary, NodeState, SeenBlock } from '@headwatch/protocol'
import type { NodeField } from '@headwatch/protocol/reporting'

/** `T` as it comes out of JSON: bigints are decimal strings. */
export type Wire<T> = T extends bigint
  ? string
  : T extends string | number | boolean | undefined
    ? T
    : T extends readonly (infer Item)[]
      ? readonly Wire<Item>[]
      : { readonly [Key in keyof T]: Wire<T[Key]> }

export type WireNode = Wire<NodeState>
export type WireSummary = Wire<NetworkSummary>
export type WireBlock = Wire<SeenBlock>
export type WireAlarm = Wire<Alarm>
export type WireField = Wire<NodeField>
