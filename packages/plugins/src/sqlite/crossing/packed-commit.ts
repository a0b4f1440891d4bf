import type {
  BlockHeader,
  Gap,
  MetricSet,
  MetricValue,
  Origin,
  Source,
  TelemetryRecord,
  UnixMs,
} from '@headwatch/protocol'
import type { Shape } from '../dictionary.ts'

/**
 * A metric set on the writer's side of the crossing. `shape` and `origin` are the same object for as long as the two
 * sides remember them, so that a partition needs to look at their texts once.
 */
export interface ShapedMetrics {
  readonly type: 'metrics'
  readonly origin: Origin
  readonly at: UnixMs
  readonly clock?: NonNullable<TelemetryRecord['clock']>
  readonly shape: Shape
  /** In the order of `shape.names`. */
  readonly values: readonly MetricValue[]
}

/** What the writer is given to store. */
export type Row = ShapedMetrics | Exclude<TelemetryRecord, TelemetryRecord<MetricSet>>

/** A batch whose records are rows. */
export interface RowBatch {
  readonly source: Source
  readonly first: bigint
  readonly count: number
  readonly records: readonly Row[]
  readonly offsets?: readonly number[]
}

/** One caller's append as the writer has it. */
export interface RowAppend {
  readonly batches: readonly RowBatch[]
  readonly gaps: readonly Gap[]
}

/**
 * Appends on their way from the store to its writing thread. To copy a record as it is costs more than to store it, so
 * what repeats crosses once: origins, sources and shapes for as long as both sides remember them, a block once a commit.
 *
 * `numbers`, which moves and is not copied, is read from front to back:
 *
 *   append   batches, then each
 *   batch    source, first ?, count, records, whether offsets follow (0 or 1), offsets…, then each record
 *   record   kind; 0: the record itself is the next of `others`; otherwise origin, at ?, whether a clock follows, [offset ?, error ?]
 *            kind 1, metrics: shape, then a value ? for each name
 *            kind 2, a block: occasion, block, processing time ?
 *
 * Where a `?` stands, NaN means the next of `others`, and infinity that the next number is a bigint.
 */
export interface PackedCommit {
  /** Both sides forget every origin, source and shape before they read on. */
  readonly reset: boolean
  /** What is remembered from here on, numbered on from what was. */
  readonly origins: readonly Origin[]
  readonly sources: readonly Source[]
  readonly shapes: readonly Shape[]
  /** Of this commit alone. */
  readonly blocks: readonly BlockHeader[]
  readonly numbers: Float64Array<ArrayBuffer>
  readonly others: readonly unknown[]
  /** For each append. */
  readonly gaps: readonly (readonly PackedGap[])[]
}

export const recordKinds = { other: 0, metrics: 1, block: 2 } as const

/** A gap whose source is a place. */
export interface PackedGap extends Omit<Gap, 'source'> {
  readonly source: number
}

/** By place. */
export const occasions = ['head', 'repeat', 'history'] as const
