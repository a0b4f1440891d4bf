import type { AgentId } from './item.ts'
import { keyText } from './key-text.ts'
import type { TelemetryRecord } from './telemetry.ts'

/**
 * Where records are numbered: one log of one agent. Sequence numbers start anew only with a new `epoch`,
 * which is a random text made when a log is created.
 */
export interface Source {
  readonly agent: AgentId
  /** Lower snake case; an agent with one log calls it `main`. */
  readonly stream: string
  readonly epoch: string
}

/** Fresh records go in `live`; what waited while a destination was away drains beside it in `backlog`. */
export type Lane = 'live' | 'backlog'

/** A closed range of sequence numbers, both ends included. `first <= last`. */
export interface SequenceRange {
  readonly first: bigint
  readonly last: bigint
}

/**
 * A run of one source's records with their numbers: what a queue hands out, an exporter sends, a native
 * `data` frame carries, a gateway hands to core and a store appends.
 *
 * It closes `first` to `first + count - 1`, whether or not a record stands for each number: what a processor
 * dropped is gone for good and still counts as delivered.
 */
export interface Batch {
  readonly source: Source
  readonly lane: Lane
  readonly first: bigint
  /** How many numbers the batch closes, at least 1. */
  readonly count: number
  readonly records: readonly TelemetryRecord[]
  /** The offset from `first` of each record, ascending. Absent when `records.length === count`. */
  readonly offsets?: readonly number[]
}

/** Why numbers will never come. */
export type GapReason = 'wrapped' | 'dropped' | 'quarantined' | 'lost'

/** Numbers that will never come: closes the hole, is stored and shown. */
export interface Gap extends SequenceRange {
  readonly source: Source
  readonly reason: GapReason
}

/** The numbers a batch closes. */
export function rangeOf(batch: Batch): SequenceRange {
  return { first: batch.first, last: batch.first + BigInt(batch.count) - 1n }
}

/** The number of the record at `index` in `batch.records`. */
export function sequenceAt(batch: Batch, index: number): bigint {
  return batch.first + BigInt(batch.offsets?.[index] ?? index)
}

/** The source as one string, for maps. Parts are escaped, so different sources never collide. */
export function sourceText({ agent, stream, epoch }: Source): string {
  return keyText([agent, stream, epoch])
}
