import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { BlockReport, Gap, SequenceRange, Source, TelemetryRecord, UnixMs } from '@headwatch/protocol'
import type { Row, ShapedMetrics } from './crossing/packed-commit.ts'
import { Dictionary, rowsOf } from './dictionary.ts'
import { encodeReadings } from './readings-blob.ts'
import { restOfLog, textOf } from './record-text.ts'

const columns = {
  closed: 'source, first, last',
  gap: 'source, first, last, reason, stored_at',
  state: 'kind, body',
  metric: 'origin, at, shape, readings, offset_ms, error_ms',
  block: 'id, network, number, hash, header',
  timing: 'origin, at, number, hash, processing_ms',
  log: 'origin, at, severity, application, message, rest',
  node_report: 'origin, at, body',
  alarm_step: 'origin, at, body',
} as const

type Table = keyof typeof columns

const receptionSql = `INSERT INTO reception (block, origin, seen_at, processing_ms) VALUES (?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET seen_at = min(seen_at, excluded.seen_at), processing_ms = coalesce(processing_ms, excluded.processing_ms)`

const int64 = { least: -(2n ** 63n), most: 2n ** 63n - 1n }

/** Appends rows to one partition. Called inside a transaction; of no use after one that failed. */
export class LivePartition {
  readonly #dictionary: Dictionary
  readonly #insert: Readonly<Record<Table, StatementSync>>
  readonly #reception: StatementSync
  readonly #blocks = new Map<string, number>()

  /** `db` must have its tables. */
  constructor(db: DatabaseSync) {
    this.#dictionary = new Dictionary(db)
    this.#insert = insertsInto(db)
    this.#reception = db.prepare(receptionSql)
    for (const [id, network, hash] of rowsOf(db.prepare('SELECT id, network, hash FROM block'))) {
      this.#blocks.set(`${network ?? ''} ${hash}`, Number(id))
    }
  }

  /** Texts and blocks held in memory for this partition. */
  get entries(): number {
    return this.#dictionary.size + this.#blocks.size
  }

  close(source: Source, { first, last }: SequenceRange): void {
    this.#insert.closed.run(this.#dictionary.source(source), first, last)
  }

  gap({ source, first, last, reason }: Gap, now: UnixMs): void {
    this.#insert.gap.run(this.#dictionary.source(source), first, last, reason, storable(now))
  }

  state(kind: string, body: string): void {
    this.#insert.state.run(kind, body)
  }

  record(record: Row): void {
    const origin = this.#dictionary.origin(record.origin)
    const at = storable(record.at)
    switch (record.type) {
      case 'metrics':
        return this.#metrics(record, origin, at)
      case 'block':
        return this.#block(record, origin, at)
      case 'block_timing': {
        const { number, hash, processingMs } = record
        this.#insert.timing.run(origin, at, int64Of(number), hash, storable(processingMs))
        return
      }
      case 'log': {
        const { severity, application, message } = record
        this.#insert.log.run(origin, at, severity, application, message, restOfLog(record))
        return
      }
      case 'node':
        this.#insert.node_report.run(origin, at, textOf(record))
        return
      case 'alarm':
        this.#insert.alarm_step.run(origin, at, textOf(record))
        return
      case 'session':
      case 'gap':
        // Closes its number; no question asks for it.
        return
    }
  }

  #metrics({ shape: known, values, clock }: ShapedMetrics, origin: number, at: UnixMs): void {
    const shape = this.#dictionary.shape(known)
    const blob = encodeReadings(values)
    if (clock === undefined) this.#insert.metric.run(origin, at, shape, blob, null, null)
    else this.#insert.metric.run(origin, at, shape, blob, storable(clock.offsetMs), storable(clock.errorMs))
  }

  #block(report: TelemetryRecord<BlockReport>, origin: number, at: UnixMs): void {
    const { block, occasion, clock, processingMs } = report
    const id = this.#blockId(report)
    const took = processingMs === undefined ? null : storable(processingMs)
    if (occasion === 'head') this.#reception.run(id, origin, storable(at + (clock?.offsetMs ?? 0)), took)
    else if (took !== null) this.#insert.timing.run(origin, at, int64Of(block.number), block.hash, took)
  }

  #blockId({ block, origin: { network } }: TelemetryRecord<BlockReport>): number {
    const networkText = network === undefined ? null : JSON.stringify(network)
    const key = `${networkText ?? ''} ${block.hash}`
    const known = this.#blocks.get(key)
    if (known !== undefined) return known
    const id = this.#blocks.size + 1
    this.#insert.block.run(id, networkText, int64Of(block.number), block.hash, textOf(block))
    this.#blocks.set(key, id)
    return id
  }
}

function insertsInto(db: DatabaseSync): Readonly<Record<Table, StatementSync>> {
  const prepared = Object.entries(columns).map(([table, names]) => {
    const places = names.split(',').map(() => '?')
    return [table, db.prepare(`INSERT INTO ${table} (${names}) VALUES (${places.join(', ')})`)]
  })
  return Object.fromEntries(prepared) as Record<Table, StatementSync>
}

/** A number that an INTEGER column gives back: one from outside must never make a row unwritable or unreadable. */
function storable(value: number): number {
  const most = 8.64e15
  return Number.isFinite(value) ? Math.min(most, Math.max(-most, value)) : 0
}

/** The nearest 64-bit integer. The exact one stands in the header. */
function int64Of(value: bigint): bigint {
  if (value > int64.most) return int64.most
  return value < int64.least ? int64.least : value
}
