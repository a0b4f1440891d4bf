import type { SequenceRange, Source } from './source.ts'
import type { TelemetryRecord } from './telemetry.ts'

/** Fresh records go in `live`; what waited while a destination was away drains beside it in `backlog`. */
export type Lane = 'live' | 'backlog'

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

/** The numbers a batch closes. */
export function rangeOf(batch: Pick<Batch, 'first' | 'count'>): SequenceRange {
  return { first: batch.first, last: batch.first + BigInt(batch.count) - 1n }
}

/** The number of the record at `index` in `batch.records`. */
export function sequenceAt(batch: Pick<Batch, 'first' | 'offsets'>, index: number): bigint {
  return batch.first + BigInt(batch.offsets?.[index] ?? index)
}
