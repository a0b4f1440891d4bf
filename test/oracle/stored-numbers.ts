import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import { application, numberOfLog, numberOfMetrics } from './numbered-record.ts'

export interface StoredGap {
  readonly epoch: string
  readonly first: bigint
  readonly last: bigint
  readonly reason: string
}

/** What stands in a store's files of one source, read without the store's code. */
export interface StoredNumbers {
  /** Numbers of log entries, then of metric sets, each in the order in which they were stored. */
  readonly runs: readonly (readonly number[])[]
  /** Rows that are not as any record was issued. */
  readonly corrupt: readonly string[]
  readonly gaps: readonly StoredGap[]
  /** How many epochs of the agent's log records came from. */
  readonly epochs: number
}

/** Partitions in their order; within one, rows in theirs. */
export function readStoredNumbers(folder: string, agent: string): StoredNumbers {
  const logs: number[] = []
  const metrics: number[] = []
  const corrupt: string[] = []
  const gaps: StoredGap[] = []
  const epochs = new Set<string>()
  const add = (numbers: number[], number: number | undefined, row: string) => {
    if (number === undefined) corrupt.push(row)
    else numbers.push(number)
  }
  for (const file of partitionsIn(folder)) {
    using db = new DatabaseSync(join(folder, file), { readOnly: true, timeout: 5_000 })
    for (const { message } of rowsOf(db, logsSql, JSON.stringify(agent), application))
      add(logs, numberOfLog(agent, String(message)), String(message))
    for (const { names, readings } of rowsOf(db, metricsSql, JSON.stringify(agent))) {
      const set = readingsOf(String(names), readings as Uint8Array)
      if ('numbered_count' in set) add(metrics, numberOfMetrics(agent, set), JSON.stringify(set))
    }
    for (const { epoch } of rowsOf(db, epochsSql, JSON.stringify(agent))) epochs.add(String(epoch))
    for (const { source, first, last, reason } of rowsOf(db, gapsSql, JSON.stringify(agent), agent))
      gaps.push({
        epoch: String(source),
        first: BigInt(Number(first)),
        last: BigInt(Number(last)),
        reason: String(reason),
      })
  }
  return { runs: [logs, metrics], corrupt, gaps, epochs: epochs.size }
}

const logsSql = `SELECT message FROM log l JOIN origin o ON l.origin = o.id
  WHERE o.agent = ? AND l.application = ? ORDER BY l.id`
const metricsSql = `SELECT names, readings FROM metric m JOIN origin o ON m.origin = o.id JOIN shape s ON m.shape = s.id
  WHERE o.agent = ? ORDER BY m.id`
const epochsSql = `SELECT epoch FROM source WHERE agent = ? AND stream = '"main"'`
const gapsSql = `SELECT s.epoch AS source, first, last, reason FROM gap g JOIN source s ON g.source = s.id
  WHERE s.agent IN (?, ?) ORDER BY g.id`

function rowsOf(db: DatabaseSync, sql: string, ...values: string[]): Record<string, SQLOutputValue>[] {
  return db.prepare(sql).all(...values)
}

/** `telemetry-000042-….sqlite`: the number orders them. One whose first transaction never ended has no tables. */
function partitionsIn(folder: string): readonly string[] {
  const files = readdirSync(folder).filter((name) => /^telemetry-\d+-.*\.sqlite$/.test(name))
  return files.toSorted().filter((file) => {
    using db = new DatabaseSync(join(folder, file), { readOnly: true, timeout: 5_000 })
    return rowsOf(db, "SELECT name FROM sqlite_schema WHERE name = 'log'").length > 0
  })
}

/** Whole numbers only, which is all that a numbered record has: a byte of length, then so many bytes, the lowest first. */
function readingsOf(names: string, blob: Uint8Array): Record<string, number> {
  const bytes = Buffer.from(blob)
  const values: number[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt8(at)
    if (length > 6) break
    values.push(length === 0 ? 0 : bytes.readIntLE(at + 1, length))
    at += 1 + length
  }
  const list = JSON.parse(names) as string[]
  return Object.fromEntries(list.map((name, index) => [name, values[index] ?? Number.NaN]))
}
