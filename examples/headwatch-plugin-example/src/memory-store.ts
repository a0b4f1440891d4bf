import {
  AlarmBook,
  type AppendOutcome,
  alarmKeyText,
  type Batch,
  checkAppend,
  checkLimit,
  checkLogsQuestion,
  checkRange,
  checkSeriesQuestion,
  closeRange,
  defineStore,
  type Gap,
  type Host,
  isClosed,
  type LogEntry,
  maxRanges,
  type NodeReport,
  openParts,
  RetryableError,
  rangeOf,
  type SequenceRange,
  type Source,
  type Store,
  type StoredGap,
  sequenceAt,
  sourceText,
  type Telemetry,
  type TelemetryRecord,
} from '@headwatch/sdk'
import { z } from 'zod'
import { blocksIn, latestIn, seriesIn } from './memory-answers.ts'

const config = z.strictObject({
  maxRecords: z.int().min(1).default(100_000).describe('Beyond it the oldest records are forgotten.'),
})

/** For trying things out: ends with the program, and reads everything it has for every question. */
export const memoryStore = defineStore({
  name: 'memory_store',
  summary: 'Keeps the newest records in memory, for trials and small tests.',
  stability: 'experimental',
  config,
  create: ({ maxRecords }, host) => new MemoryStore(maxRecords, host),
})

type OfType<T extends Telemetry['type']> = TelemetryRecord<Extract<Telemetry, { type: T }>>

/** What an append is about to change; nothing has changed until `MemoryStore` keeps it. */
interface Draft {
  readonly ranges: Map<string, readonly SequenceRange[]>
  readonly records: TelemetryRecord[]
  readonly gaps: Gap[]
}

class MemoryStore implements Store {
  readonly #maxRecords: number
  readonly #host: Host
  readonly #book = new AlarmBook()
  #records: TelemetryRecord[] = []
  #gaps: StoredGap[] = []
  /** What is closed of each source stays known when its records are forgotten: that is what keeps repeats out. */
  #ranges = new Map<string, readonly SequenceRange[]>()

  constructor(maxRecords: number, host: Host) {
    this.#maxRecords = maxRecords
    this.#host = host
  }

  async open(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
  }

  async append(batches: readonly Batch[], gaps: readonly Gap[], signal: AbortSignal): Promise<AppendOutcome> {
    signal.throwIfAborted()
    checkAppend(batches, gaps)
    const draft: Draft = { ranges: new Map(this.#ranges), records: [], gaps: [] }
    for (const batch of batches) addBatch(draft, batch)
    for (const gap of gaps) addGap(draft, gap)
    checkRangeCount(draft)
    this.#ranges = draft.ranges
    this.#keep(draft)
    const given = batches.reduce((sum, { records }) => sum + records.length, 0)
    return { stored: draft.records.length, duplicates: given - draft.records.length }
  }

  async storedRanges(source: Source, signal?: AbortSignal) {
    signal?.throwIfAborted()
    return this.#ranges.get(sourceText(source)) ?? []
  }

  async gaps({ agent, limit }: Parameters<Store['gaps']>[0], signal?: AbortSignal) {
    signal?.throwIfAborted()
    checkLimit({ limit })
    const wanted = this.#gaps.filter(({ source }) => agent === undefined || source.agent === agent)
    return wanted.toReversed().slice(0, limit)
  }

  async series(question: Parameters<Store['series']>[0], signal?: AbortSignal) {
    signal?.throwIfAborted()
    checkSeriesQuestion(question)
    return seriesIn(this.#all('metrics'), question)
  }

  async latest(key: Parameters<Store['latest']>[0], signal?: AbortSignal) {
    signal?.throwIfAborted()
    return latestIn(this.#all('metrics'), key)
  }

  async blocks(question: Parameters<Store['blocks']>[0], signal?: AbortSignal) {
    signal?.throwIfAborted()
    checkLimit(question)
    return blocksIn(this.#all('block'), question)
  }

  async nodes(signal?: AbortSignal): Promise<readonly TelemetryRecord<NodeReport>[]> {
    signal?.throwIfAborted()
    const byTime = this.#all('node').toSorted((a, b) => a.at - b.at)
    const key = ({ origin }: TelemetryRecord) => JSON.stringify([origin.network, origin.node])
    return [...new Map(byTime.map((report) => [key(report), report])).values()]
  }

  async logs(question: Parameters<Store['logs']>[0], signal?: AbortSignal): Promise<TelemetryRecord<LogEntry>[]> {
    signal?.throwIfAborted()
    checkLogsQuestion(question)
    const { from, to, network, node, atLeast = 7, limit } = question
    const text = question.text?.toLowerCase() ?? ''
    const wanted = this.#all('log').filter(
      ({ at, origin, severity, message }) =>
        from <= at &&
        at < to &&
        (network ?? origin.network) === origin.network &&
        (node ?? origin.node) === origin.node &&
        severity <= atLeast &&
        message.toLowerCase().includes(text),
    )
    // Sorting keeps the order of equals, so of one moment the entry stored last comes first.
    return wanted
      .toReversed()
      .toSorted((a, b) => b.at - a.at)
      .slice(0, limit)
  }

  async alarms(question: Parameters<Store['alarms']>[0], signal?: AbortSignal) {
    signal?.throwIfAborted()
    checkRange(question)
    checkLimit(question)
    const changed = this.#book.list().filter(({ changedAt }) => question.from <= changedAt && changedAt < question.to)
    return changed
      .toSorted((a, b) => b.changedAt - a.changedAt || (alarmKeyText(a.key) < alarmKeyText(b.key) ? -1 : 1))
      .slice(0, question.limit)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#records = []
    this.#gaps = []
  }

  #keep({ records, gaps }: Draft): void {
    const now = this.#host.clock.now()
    for (const record of records) if (record.type === 'alarm') this.#book.apply(record, record.at)
    this.#records.push(...records)
    this.#gaps.push(...gaps.map((gap) => ({ ...gap, storedAt: now })))
    const forgotten = this.#records.splice(0, Math.max(0, this.#records.length - this.#maxRecords))
    this.#gaps.splice(0, Math.max(0, this.#gaps.length - this.#maxRecords))
    if (forgotten.length > 0) this.#host.meter.count('memory_store_forgotten_total', forgotten.length)
  }

  #all<T extends Telemetry['type']>(type: T): OfType<T>[] {
    return this.#records.filter((record): record is TelemetryRecord & OfType<T> => record.type === type)
  }
}

function addBatch(draft: Draft, batch: Batch): void {
  const closed = draft.ranges.get(sourceText(batch.source)) ?? []
  draft.records.push(...batch.records.filter((_, index) => !isClosed(closed, sequenceAt(batch, index))))
  close(draft, batch.source, rangeOf(batch))
}

/** Of a gap counts what is still open: a record that came after all is no loss. */
function addGap(draft: Draft, { source, reason, first, last }: Gap): void {
  const closed = draft.ranges.get(sourceText(source)) ?? []
  draft.gaps.push(...openParts(closed, { first, last }).map((part) => ({ source, reason, ...part })))
  close(draft, source, { first, last })
}

function close(draft: Draft, source: Source, range: SequenceRange): void {
  draft.ranges.set(sourceText(source), closeRange(draft.ranges.get(sourceText(source)) ?? [], range))
}

/** Only the end counts: what one batch tears apart the next may join. */
function checkRangeCount({ ranges }: Draft): void {
  for (const closed of ranges.values()) {
    if (closed.length > maxRanges)
      throw new RetryableError(`a source would need more than ${maxRanges} ranges`, { scope: 'this_data' })
  }
}
