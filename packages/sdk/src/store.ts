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

/** A metric's values in one slot of a down-sampled series. */
export interface SeriesPoint {
  /** The slot's start. */
  readonly at: UnixMs
  readonly min: number
  readonly max: number
  readonly mean: number
  readonly last: number
  readonly count: number
}

export interface Series {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** Ascending; slots without a reading are left out: what is not known is a hole, never a zero. */
  readonly points: readonly SeriesPoint[]
}

export interface SeriesQuestion extends NodeKey, TimeRange {
  /** Metric names; every label set of each is a series of its own. */
  readonly names: readonly string[]
  /** The range is cut into this many equal slots, 1 to 10,000. */
  readonly points: number
}

/** The newest reading of a metric. */
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
  readonly block: BlockHeader
  /** Ascending by `seenAt`. Only `head` reports: history and repeats say nothing about when. */
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

export interface StoredGap extends Gap {
  readonly storedAt: UnixMs
}

/** The questions every store answers. Cancellation through `signal` reaches the store. */
export interface StoreReader {
  /** The ranges stored of a source, ascending, disjoint, at most `maxRanges`. */
  storedRanges(source: Source, signal?: AbortSignal): Promise<readonly SequenceRange[]>
  /** Gaps closed of every source or of one agent, newest first, at most `limit`. */
  gaps(question: { readonly agent?: string; readonly limit: number }, signal?: AbortSignal): Promise<readonly StoredGap[]>
  series(question: SeriesQuestion, signal?: AbortSignal): Promise<readonly Series[]>
  /** The newest reading of each metric and label set of a node, by name. */
  latest(key: NodeKey, signal?: AbortSignal): Promise<readonly LatestReading[]>
  /** Highest first; several blocks of one height are all given. */
  blocks(question: BlocksQuestion, signal?: AbortSignal): Promise<readonly StoredBlock[]>
  /** The newest report of every node, for a server that starts. */
  nodes(signal?: AbortSignal): Promise<readonly TelemetryRecord<NodeReport>[]>
  /** Newest first. */
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
   * Stores batches and closes their ranges and the gaps, all or nothing, durable once it resolves. Calls may overlap in time.
   *
   * @throws {RetryableError} nothing was stored; try again, also when a source would need more than `maxRanges`.
   */
  append(batches: readonly Batch[], gaps: readonly Gap[], signal: AbortSignal): Promise<AppendOutcome>
}
