import type { Batch } from './batch.ts'
import type { Gap } from './source.ts'

/** Why a gateway let something go, and how often since the handover before. */
export type DropCounts = Readonly<Record<string, number>>

/**
 * What a gateway hands to core in one go: at least a hundred records under load, or whatever came in the last
 * tick. Order within a source is kept, except for what has to be given again.
 *
 * Ownership passes with the hand-over: the gateway never touches the arrays again.
 */
export interface Handover {
  readonly gateway: string
  /** Counts the handovers of one life of the gateway, from 1 without holes: core sees what a crash cost. */
  readonly number: number
  readonly batches: readonly Batch[]
  readonly gaps: readonly Gap[]
  readonly dropped: DropCounts
  /** Old clients' items replaced by newer ones before they were handed over. */
  readonly merged: number
}

/** Something that goes back to its sender for now, and why. */
export interface Returned {
  readonly index: number
  readonly reason: string
}

/**
 * Core's answer: what it does not name of handover `number` is owned by the receiving side, at the level its pipeline
 * promises. Places are those in `handover.batches` and `handover.gaps`.
 */
export interface HandoverAck {
  readonly number: number
  /** How many more records the gateway may hand over before the next answer; 0 means wait. */
  readonly creditRecords: number
  /** Batches that will never be taken, and why. */
  readonly rejected: readonly { readonly index: number; readonly reason: string }[]
  /** What could not be taken for the moment: these alone are given again, under the same numbers, in a later handover. */
  readonly later: { readonly batches: readonly number[]; readonly gaps: readonly number[] }
  /** What cannot be taken now for what it is: its senders keep it and come again, so that nobody holds it meanwhile. */
  readonly returned: { readonly batches: readonly Returned[]; readonly gaps: readonly Returned[] }
}

/**
 * The receiving side of the seam: core, in the same process or behind a socket. Several handovers may be under way at
 * once; they are judged in the order in which they were given.
 *
 * `take` resolves once everything in the handover has its answer. It throws a retryable error when nothing can be said:
 * the gateway then gives the *same* handover again, and positions keep it from counting twice.
 */
export interface HandoverSink {
  take(handover: Handover): Promise<HandoverAck>
}

/** The number of records in a handover. */
export function recordsIn(handover: Handover): number {
  return handover.batches.reduce((sum, batch) => sum + batch.records.length, 0)
}
