import {
  closeRange,
  type Gap,
  isClosed,
  maxRanges,
  openParts,
  rangeOf,
  type SequenceRange,
  type Source,
  sequenceAt,
} from '@headwatch/protocol'
import type { Row, RowAppend } from './crossing/packed-commit.ts'
import type { AppendResult } from './messages.ts'

/** Rows to write and numbers to close for several appends. */
export interface CommitPlan {
  readonly records: Row[]
  readonly closed: { readonly source: Source; readonly range: SequenceRange }[]
  readonly gaps: Gap[]
  /** For each append, what it comes to when the commit succeeds. */
  readonly results: AppendResult[]
}

type Ranges = (source: Source) => readonly SequenceRange[]

/**
 * Decides which records are new, each append after the one before. An append that would need too many ranges adds
 * nothing; the others go on. One source is one object in all of `appends`.
 */
export function planCommit(appends: readonly RowAppend[], stored: Ranges): CommitPlan {
  const plan: CommitPlan = { records: [], closed: [], gaps: [], results: [] }
  const planned = new Map<Source, readonly SequenceRange[]>()
  for (const append of appends) {
    const part = planAppend(append, (source) => planned.get(source) ?? stored(source))
    plan.results.push(part.result)
    if (part.ranges === undefined) continue
    for (const [source, ranges] of part.ranges) planned.set(source, ranges)
    for (const record of part.records) plan.records.push(record)
    plan.closed.push(...part.closed)
    plan.gaps.push(...part.gaps)
  }
  return plan
}

interface AppendPlan extends Pick<CommitPlan, 'records' | 'closed' | 'gaps'> {
  readonly result: AppendResult
  /** Ranges of the sources it touched; undefined when it is refused. */
  readonly ranges: ReadonlyMap<Source, readonly SequenceRange[]> | undefined
}

function planAppend({ batches, gaps }: RowAppend, before: Ranges): AppendPlan {
  const ranges = new Map<Source, readonly SequenceRange[]>()
  const plan: Pick<CommitPlan, 'records' | 'closed' | 'gaps'> = { records: [], closed: [], gaps: [] }
  const close = (source: Source, range: SequenceRange, known: readonly SequenceRange[]): void => {
    if (openParts(known, range).length === 0) return
    ranges.set(source, closeRange(known, range))
    plan.closed.push({ source, range })
  }
  let given = 0
  for (const batch of batches) {
    const known = ranges.get(batch.source) ?? before(batch.source)
    given += batch.records.length
    const range = rangeOf(batch)
    const [open] = openParts(known, range)
    const isAllNew = open?.first === range.first && open.last === range.last
    for (const [index, record] of batch.records.entries()) {
      if (isAllNew || !isClosed(known, sequenceAt(batch, index))) plan.records.push(record)
    }
    close(batch.source, range, known)
  }
  for (const { source, first, last, reason } of gaps) {
    const known = ranges.get(source) ?? before(source)
    plan.gaps.push(...openParts(known, { first, last }).map((part) => ({ source, reason, ...part })))
    close(source, { first, last }, known)
  }
  const over = plan.closed.find(({ source }) => (ranges.get(source) ?? []).length > maxRanges)
  if (over !== undefined) {
    return { ...plan, ranges: undefined, result: { tooManyRangesOf: over.source.agent } }
  }
  return { ...plan, ranges, result: { stored: plan.records.length, duplicates: given - plan.records.length } }
}
