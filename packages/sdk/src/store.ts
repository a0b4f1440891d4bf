import type {
  Alarm,
  Batch,
  BlockHeader,
  Gap,
  LogEntry,
  LogSeverity,
  MetricValue,
  NetworkId,
  NodeId,
  NodeReport,
  SequenceRange,
  Source,
  TelemetryRecord,
  UnixMs,
} from '@headwatch/protocol'

/** From `from` up to but without `to`. */
export interface TimeRange {
  readonly from: UnixMs
  readonly to: UnixMs
}

/** One node of one network. */
export interface NodeKey {
  readonly network: NetworkId
  readonly node: NodeId
}

/**
 * A metric's values in one slot of a down-sampled series. A reading at `t` lies in slot
 * `floor((t - from) * points / (to - from))`; bigint readings count as the nearest number.
 */
export interface SeriesPoint {
  /** The slot's start: `from + floor(slot * (to - from) / points)`. */
  readonly at: UnixMs
  readonly min: number
  readonly max: number
  readonly mean: number
  /** The value with the latest time; of several, the one stored last. */
  readonly last: number
  readonly count: number
}

export interface Series {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** Ascending, at least one; slots without a reading are left out: what is not known is a hole, never a zero. */
  readonly points: readonly SeriesPoint[]
}

export interface SeriesQuestion extends NodeKey, TimeRange {
  /** Metric names; every label set of each is a series of its own. */
  readonly names: readonly string[]
  /** The range is cut into this many equal slots, 1 to 10,000. */
  readonly points: number
}

/** The newest reading of a metric: the one with the latest time; of several, the one stored last. */
export interface LatestReading {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: MetricValue
  readonly at: UnixMs
}

export interface Reception {
  readonly node: NodeId
  /** By the clock of the agent, corrected by its offset where known. The earliest, when a node reported more than once. */
  readonly seenAt: UnixMs
}

export interface StoredBlock {
  /** As it was first stored; later reports of the same hash do not change it. */
  readonly block: BlockHeader
  /** Ascending by `seenAt`, then by node. Only `head` reports: history and repeats say nothing about when. */
  readonly receptions: readonly Reception[]
}

export interface BlocksQuestion {
  readonly network: NetworkId
  /** Only heights below this one; the newest when absent. */
  readonly below?: bigint
  readonly limit: number
}

export interface LogsQuestion extends TimeRange {
  readonly network?: NetworkId
  readonly node?: NodeId
  /** Only this severe or worse: a lower number is worse. */
  readonly atLeast?: LogSeverity
  /** Case-insensitive part of the message. */
  readonly text?: string
  readonly limit: number
}

/** A gap, or what of it was still open when it came: a number that is stored is never also missing. */
export interface StoredGap extends Gap {
  readonly storedAt: UnixMs
}

/**
 * The questions every store answers. Cancellation through `signal` reaches the store and rejects with the signal's reason.
 *
 * @throws {RejectedError} the question is outside `storeLimits`. @throws {RetryableError} the store is busy or away.
 */
export interface StoreReader {
  /** The ranges stored of a source, ascending, disjoint, at most `maxRanges`. */
  storedRanges(source: Source, signal?: AbortSignal): Promise<readonly SequenceRange[]>
  /** Gaps closed of every source or of one agent, newest first, at most `limit`. */
  gaps(
    question: { readonly agent?: string; readonly limit: number },
    signal?: AbortSignal,
  ): Promise<readonly StoredGap[]>
  /** By name, then by labels. A metric without a reading in the range is left out. */
  series(question: SeriesQuestion, signal?: AbortSignal): Promise<readonly Series[]>
  /** The newest reading of each metric and label set of a node, by name. */
  latest(key: NodeKey, signal?: AbortSignal): Promise<readonly LatestReading[]>
  /** Highest first; several blocks of one height are all given, by hash. */
  blocks(question: BlocksQuestion, signal?: AbortSignal): Promise<readonly StoredBlock[]>
  /** The newest report of every node, in any order, for a server that starts. */
  nodes(signal?: AbortSignal): Promise<readonly TelemetryRecord<NodeReport>[]>
  /** Newest first; of one time, the last stored first. */
  logs(question: LogsQuestion, signal?: AbortSignal): Promise<readonly TelemetryRecord<LogEntry>[]>
  /** Alarms as they stand after the highest version of each, changed within the range, newest first. */
  alarms(question: TimeRange & { readonly limit: number }, signal?: AbortSignal): Promise<readonly Alarm[]>
}

/** What an append came to. `stored + duplicates` is the number of records given. */
export interface AppendOutcome {
  readonly stored: number
  readonly duplicates: number
}

/**
 * Keeps telemetry and answers questions about it.
 *
 * Exactly once: after any crash, any repeat and any order of repeats, every answer counts each
 * (agent, stream, epoch, sequence) once. How, is the store's own business and stands on its page.
 */
export interface Store extends StoreReader, AsyncDisposable {
  /** Opens or creates. Called once, before anything else. @throws {RejectedError} what is there is not ours, broken, or newer: one sentence. */
  open(signal: AbortSignal): Promise<void>
  /**
   * Stores batches and closes their ranges and then the gaps, all or nothing, durable once it resolves. Calls may overlap
   * in time. Sequence numbers are deduplicated per source, whatever the lane. Session events count as stored; no question asks for them.
   *
   * @throws {RetryableError} nothing was stored; try again. With `scope: 'this_data'` when a source would need more than
   * `maxRanges`: other sources' data can go on without it.
   * @throws {RejectedError} a batch or gap that contradicts itself, or numbers beyond `storeLimits`.
   */
  append(batches: readonly Batch[], gaps: readonly Gap[], signal: AbortSignal): Promise<AppendOutcome>
}
