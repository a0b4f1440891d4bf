import type {
  AlarmTransition,
  Batch,
  BlockReport,
  Hex,
  LogEntry,
  MetricSet,
  NodeReport,
  Origin,
  Source,
  TelemetryRecord,
} from '@headwatch/protocol'

/** A moment for tests; what they need before and after it is counted from here. */
export const noon = 1_790_000_000_000

export const geth: Origin = { agent: 'eu-1', node: 'geth', network: '1-d4e56740' }

export const source: Source = { agent: 'eu-1', stream: 'main', epoch: 'first' }

/** One batch of the live lane of `source`. */
export function batchOf(records: readonly TelemetryRecord[], first = 0n, of: Source = source): Batch {
  return { source: of, lane: 'live', first, count: records.length, records }
}

type Part<T> = Partial<Omit<TelemetryRecord & T, 'type'>>

export function metrics(readings: MetricSet['readings'], part: Part<MetricSet> = {}): TelemetryRecord<MetricSet> {
  return { type: 'metrics', origin: geth, at: noon, readings, ...part }
}

export function nodeReport(part: Part<NodeReport> = {}): TelemetryRecord<NodeReport> {
  return { type: 'node', origin: geth, at: noon, ...part }
}

export function logEntry(message: string, part: Part<LogEntry> = {}): TelemetryRecord<LogEntry> {
  return { type: 'log', origin: geth, at: noon, severity: 6, application: 'geth', message, ...part }
}

export function alarmStep(
  change: AlarmTransition['change'],
  version: number,
  part: Part<AlarmTransition> = {},
): TelemetryRecord<AlarmTransition> {
  const key = { resource: 'node/geth', alarmType: 'node_silent', qualifier: '' }
  return { type: 'alarm', origin: geth, at: noon, key, change, version, severity: 'major', text: 'silent', ...part }
}

/** The block of a height; `fork` tells several of one height apart. */
export function headOf(number: bigint, fork = 0): BlockReport['block'] {
  return {
    number,
    hash: hashOf(number, fork),
    parentHash: hashOf(number - 1n, 0),
    timestampS: 1_790_000_000,
    gasUsed: 21_000n,
    baseFeeWei: 9_007_199_254_740_993n,
    difficulty: 2n ** 70n + 1n,
    transactionCount: 3,
  }
}

export function blockReport(
  block: BlockReport['block'],
  node: string,
  part: Part<BlockReport> = {},
): TelemetryRecord<BlockReport> {
  return { type: 'block', origin: { ...geth, node }, at: noon, occasion: 'head', block, ...part }
}

function hashOf(number: bigint, fork: number): Hex {
  const height = BigInt.asUintN(64, number).toString(16)
  return `0x${fork.toString(16).padStart(8, '0')}${height.padStart(56, '0')}`
}
