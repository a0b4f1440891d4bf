import type { Batch, Gap } from '@headwatch/protocol'
import { RejectedError } from './errors.ts'
import type { LogsQuestion, SeriesQuestion, TimeRange } from './store.ts'

/** What every store accepts at most. A question beyond it is refused, never silently cut. */
export const storeLimits = {
  /** Slots of a series. */
  points: 10_000,
  /** Metric names in one question. */
  names: 100,
  /** Rows of one answer. */
  limit: 10_000,
  /** Characters of a text to look for. */
  textLength: 1_000,
  /** The highest sequence number: a signed 64-bit integer, as databases have it. */
  sequence: 2n ** 63n - 1n,
} as const

/** @throws {RejectedError} the range is not one. */
export function checkRange({ from, to }: TimeRange): void {
  refuseUnless(Number.isFinite(from) && Number.isFinite(to) && from <= to, `the range ${from} to ${to} is not one`)
}

/** @throws {RejectedError} `limit` is no whole number from 1 to `storeLimits.limit`. */
export function checkLimit({ limit }: { readonly limit: number }): void {
  refuseUnless(isWithin(limit, storeLimits.limit), `limit is ${limit}; 1 to ${storeLimits.limit} can be asked for`)
}

/** @throws {RejectedError} the question is outside `storeLimits`. */
export function checkSeriesQuestion(question: SeriesQuestion): void {
  checkRange(question)
  const { points, names } = question
  refuseUnless(isWithin(points, storeLimits.points), `points is ${points}; 1 to ${storeLimits.points} can be asked for`)
  refuseUnless(
    names.length <= storeLimits.names,
    `${names.length} names; ${storeLimits.names} can be asked for at once`,
  )
}

/** @throws {RejectedError} the question is outside `storeLimits`. */
export function checkLogsQuestion(question: LogsQuestion): void {
  checkRange(question)
  checkLimit(question)
  const { length } = question.text ?? ''
  refuseUnless(
    length <= storeLimits.textLength,
    `text of ${length} characters; ${storeLimits.textLength} can be searched`,
  )
}

/** @throws {RejectedError} numbers that no store can keep, or a batch that contradicts itself. */
export function checkAppend(batches: readonly Batch[], gaps: readonly Gap[]): void {
  for (const batch of batches) checkBatch(batch)
  for (const { first, last } of gaps) {
    refuseUnless(
      first >= 0n && first <= last && last <= storeLimits.sequence,
      `a gap from ${first} to ${last} is not one`,
    )
  }
}

function checkBatch({ first, count, records, offsets }: Batch): void {
  refuseUnless(Number.isSafeInteger(count) && count >= 1, `a batch that closes ${count} numbers`)
  const last = first + BigInt(count) - 1n
  refuseUnless(first >= 0n && last <= storeLimits.sequence, `sequence numbers ${first} to ${last} cannot be stored`)
  if (offsets === undefined) {
    refuseUnless(
      records.length === count,
      `a batch of ${records.length} records that closes ${count} numbers names no offsets`,
    )
    return
  }
  const isAscending = offsets.every((offset, index) => Number.isInteger(offset) && offset > (offsets[index - 1] ?? -1))
  const fits = offsets.length === records.length && (offsets.at(-1) ?? 0) < count
  refuseUnless(isAscending && fits, 'the offsets of a batch do not fit its records')
}

function isWithin(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= most
}

function refuseUnless(holds: boolean, complaint: string): void {
  if (!holds) throw new RejectedError(complaint)
}
