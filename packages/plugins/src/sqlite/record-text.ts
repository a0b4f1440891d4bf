import type { BlockHeader, LogEntry, NodeReport, Origin, TelemetryRecord } from '@headwatch/protocol'

/** An origin as the dictionary of a partition holds it. */
export interface KnownOrigin {
  readonly agent: string
  readonly node: string
  readonly network: string | null
}

/**
 * JSON of plain data. JSON rather than bare text, because it brings back any string exactly, lone surrogates
 * included, which SQLite's UTF-8 does not. Bigints become decimal strings; the readers below know which fields they were.
 */
export function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? part.toString() : part))
}

const bigintFields = [
  'number',
  'gasUsed',
  'gasLimit',
  'baseFeeWei',
  'difficulty',
  'totalDifficulty',
  'blobGasUsed',
] as const

export function headerFrom(text: string): BlockHeader {
  const header = JSON.parse(text) as Record<string, unknown>
  for (const field of bigintFields) {
    const value = header[field]
    if (typeof value === 'string') header[field] = BigInt(value)
  }
  return header as unknown as BlockHeader
}

export function nodeReportFrom(text: string): TelemetryRecord<NodeReport> {
  const report = JSON.parse(text) as TelemetryRecord<NodeReport> & { chainId?: unknown }
  return typeof report.chainId === 'string' ? { ...report, chainId: BigInt(report.chainId) } : report
}

export function originFrom({ agent, node, network }: KnownOrigin): Origin {
  return network === null ? { agent, node } : { agent, node, network }
}

/** What a log row has no column for, and its message where SQLite's text would not bring it back. Null for most. */
export function restOfLog(entry: TelemetryRecord<LogEntry>): string | null {
  const { type: _type, origin: _origin, at: _at, severity: _severity, application, message, ...rest } = entry
  const exact = application.isWellFormed() && message.isWellFormed() ? rest : { ...rest, application, message }
  for (const _field in exact) return JSON.stringify(exact)
  return null
}
