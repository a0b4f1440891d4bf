import {
  type Alarm,
  AlarmBook,
  alarmKeyText,
  type Batch,
  type BlockReport,
  closeRange,
  type Gap,
  isClosed,
  type MetricSet,
  maxRanges,
  openParts,
  rangeOf,
  type SequenceRange,
  type Source,
  sequenceAt,
  sourceText,
  type Telemetry,
  type TelemetryRecord,
  type UnixMs,
} from '@headwatch/protocol'
import { RetryableError } from '../errors.ts'
import type { NodeKey, Store, StoredGap } from '../store.ts'
import { checkAppend, checkLimit, checkLogsQuestion, checkRange, checkSeriesQuestion } from '../store-limits.ts'
import { blocksOf, latestOf, logsOf, newestReports, seriesOf } from './store-model-answers.ts'

/**
 * The plainest store there is: everything in arrays, every question answered by looking at all of it. What other
 * stores are compared with; forgets everything when the process ends.
 */
export function modelStore({ now = () => 0 }: { readonly now?: () => UnixMs } = {}): Store {
  const records: TelemetryRecord[] = []
  const gapsStored: StoredGap[] = []
  let ranges = new Map<string, readonly SequenceRange[]>()

  const ofType = <T extends Telemetry['type']>(type: T) =>
    records.filter((record): record is Extract<TelemetryRecord, { type: T }> => record.type === type)

  return {
    async open(signal) {
      signal.throwIfAborted()
    },
    async append(batches, gaps, signal) {
      signal.throwIfAborted()
      checkAppend(batches, gaps)
      const plan = planOf(ranges, batches, gaps)
      ranges = plan.ranges
      records.push(...plan.fresh)
      gapsStored.push(...plan.gaps.map((gap) => ({ ...gap, storedAt: now() })))
      const given = batches.reduce((sum, batch) => sum + batch.records.length, 0)
      return { stored: plan.fresh.length, duplicates: given - plan.fresh.length }
    },
    async storedRanges(source, signal) {
      signal?.throwIfAborted()
      return ranges.get(sourceText(source)) ?? []
    },
    async gaps(question, signal) {
      signal?.throwIfAborted()
      checkLimit(question)
      const { agent, limit } = question
      const wanted = gapsStored.filter((gap) => agent === undefined || gap.source.agent === agent)
      return wanted.toReversed().slice(0, limit)
    },
    async series(question, signal) {
      signal?.throwIfAborted()
      checkSeriesQuestion(question)
      return seriesOf(ofNode(ofType('metrics'), question), question)
    },
    async latest(key, signal) {
      signal?.throwIfAborted()
      return latestOf(ofNode(ofType('metrics'), key))
    },
    async blocks(question, signal) {
      signal?.throwIfAborted()
      checkLimit(question)
      return blocksOf(ofType('block') as TelemetryRecord<BlockReport>[], question)
    },
    async nodes(signal) {
      signal?.throwIfAborted()
      return newestReports(ofType('node'))
    },
    async logs(question, signal) {
      signal?.throwIfAborted()
      checkLogsQuestion(question)
      return logsOf(ofType('log'), question)
    },
    async alarms(question, signal) {
      signal?.throwIfAborted()
      checkRange(question)
      checkLimit(question)
      const book = new AlarmBook()
      for (const step of ofType('alarm')) book.apply(step, step.at)
      const changed = book.list().filter(({ changedAt }) => question.from <= changedAt && changedAt < question.to)
      return changed.toSorted(newestFirst).slice(0, question.limit)
    },
    async [Symbol.asyncDispose]() {},
  }
}

interface Plan {
  readonly ranges: Map<string, readonly SequenceRange[]>
  readonly fresh: readonly TelemetryRecord[]
  readonly gaps: readonly Gap[]
}

/** What an append would change. Batches come before gaps, each in the order given. */
function planOf(
  before: ReadonlyMap<string, readonly SequenceRange[]>,
  batches: readonly Batch[],
  gaps: readonly Gap[],
): Plan {
  const ranges = new Map(before)
  const fresh: TelemetryRecord[] = []
  const open: Gap[] = []
  const rangesOf = (source: Source) => ranges.get(sourceText(source)) ?? []
  for (const batch of batches) {
    const known = rangesOf(batch.source)
    fresh.push(...batch.records.filter((_, index) => !isClosed(known, sequenceAt(batch, index))))
    ranges.set(sourceText(batch.source), closeRange(known, rangeOf(batch)))
  }
  for (const gap of gaps) {
    const known = rangesOf(gap.source)
    open.push(...openParts(known, gap).map((part) => ({ source: gap.source, reason: gap.reason, ...part })))
    ranges.set(sourceText(gap.source), closeRange(known, { first: gap.first, last: gap.last }))
  }
  for (const { source } of [...batches, ...gaps]) {
    if (rangesOf(source).length > maxRanges)
      throw new RetryableError(`agent ${source.agent} would need more than ${maxRanges} ranges`, { scope: 'this_data' })
  }
  return { ranges, fresh, gaps: open }
}

function ofNode(
  sets: readonly TelemetryRecord<MetricSet>[],
  { network, node }: NodeKey,
): readonly TelemetryRecord<MetricSet>[] {
  return sets.filter(({ origin }) => origin.network === network && origin.node === node)
}

function newestFirst(a: Alarm, b: Alarm): number {
  return b.changedAt - a.changedAt || (alarmKeyText(a.key) < alarmKeyText(b.key) ? -1 : 1)
}
