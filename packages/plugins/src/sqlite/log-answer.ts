import type { LogEntry, LogSeverity, TelemetryRecord } from '@headwatch/protocol'
import type { LogsQuestion } from '@headwatch/sdk'
import { overlaps } from './extent.ts'
import type { PartitionReader } from './partition-reader.ts'
import { originFrom } from './record-text.ts'

type LogRow = readonly [
  id: number,
  origin: number,
  at: number,
  severity: LogSeverity,
  application: string,
  message: string,
  rest: string | null,
]

/** Answers from partitions given oldest first. `check` throws when nobody waits for the answer any more. */
export function logsAnswer(
  partitions: readonly PartitionReader[],
  question: LogsQuestion,
  check: () => void,
): readonly TelemetryRecord<LogEntry>[] {
  const { to, limit } = question
  let newest: readonly TelemetryRecord<LogEntry>[] = []
  for (const partition of partitions.toReversed()) {
    check()
    // Of equal times the newer partition's were stored later and come first, so an older one can only add later times.
    const from = newest.length < limit ? question.from : Math.max(question.from, newest.at(-1)?.at ?? question.from)
    if (!overlaps(partition.extent, 'logs', from, to)) continue
    newest = [...newest, ...entriesIn(partition, { ...question, from }, check)]
      .sort((a, b) => b.at - a.at)
      .slice(0, limit)
  }
  return newest
}

function entriesIn(
  partition: PartitionReader,
  question: LogsQuestion,
  check: () => void,
): readonly TelemetryRecord<LogEntry>[] {
  const { from, to, network, node, atLeast, text = '', limit } = question
  const origins = partition.origins()
  const wanted = [...origins].filter(
    ([, origin]) =>
      (network === undefined || origin.network === network) && (node === undefined || origin.node === node),
  )
  const isForAll = network === undefined && node === undefined
  const clauses = [
    'at >= ? AND at < ?',
    ...(isForAll ? [] : ['origin IN (SELECT value FROM json_each(?))']),
    ...(atLeast === undefined ? [] : ['severity <= ?']),
    ...(text === '' ? [] : ['includes_text(message, rest)']),
  ]
  const values = [
    from,
    to,
    ...(isForAll ? [] : [JSON.stringify(wanted.map(([id]) => id))]),
    ...(atLeast === undefined ? [] : [atLeast]),
  ]
  // Not kept: it holds the text asked for. An error thrown in it ends the query.
  partition.db.function('includes_text', { deterministic: true }, includes(text, check))
  const rows = partition.db.prepare(
    `SELECT id, origin, at, severity, application, message, rest FROM log
     WHERE ${clauses.join(' AND ')} ORDER BY at DESC, id DESC LIMIT ?`,
  )
  rows.setReturnArrays(true)
  return (rows.all(...values, limit) as unknown as LogRow[]).flatMap((row) => {
    const origin = origins.get(row[1])
    return origin === undefined ? [] : [entryFrom(row, originFrom(origin))]
  })
}

/** Whatever the letters' case; `%` and `_` are plain characters. */
function includes(text: string, check: () => void): (message: unknown, rest: unknown) => number {
  const wanted = text.toLowerCase()
  let seen = 0
  return (message, rest) => {
    seen += 1
    if (seen % 1_024 === 0) check()
    return exactMessage(String(message), rest).toLowerCase().includes(wanted) ? 1 : 0
  }
}

/** `rest` has the message where SQLite's text could not hold it. */
function exactMessage(message: string, rest: unknown): string {
  if (typeof rest !== 'string' || !rest.includes('"message":')) return message
  return (JSON.parse(rest) as { message?: string }).message ?? message
}

function entryFrom(
  [, , at, severity, application, message, rest]: LogRow,
  origin: LogEntry['origin'] & {},
): TelemetryRecord<LogEntry> {
  const entry = { type: 'log', origin, at, severity, application, message, ...(rest === null ? {} : JSON.parse(rest)) }
  return entry as TelemetryRecord<LogEntry>
}
