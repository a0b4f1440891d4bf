import type { DatabaseSync } from 'node:sqlite'
import type { UnixMs } from '@headwatch/protocol'
import { rowsOf } from './dictionary.ts'

/** Both ends included; undefined when there is nothing. */
type Span = readonly [UnixMs, UnixMs]

/** What a sealed partition holds: a question that asks for none of it skips the file. By data time, not by arrival. */
export interface Extent {
  readonly metrics?: Span
  readonly logs?: Span
  readonly gaps: number
  /** The highest and lowest block of each network (as JSON text), as decimal text. */
  readonly blocks: Readonly<Record<string, readonly [string, string]>>
}

export function extentOf(db: DatabaseSync): Extent {
  const blocks = db.prepare(
    'SELECT network, min(number), max(number) FROM block WHERE network IS NOT NULL GROUP BY network',
  )
  blocks.setReadBigInts(true)
  const heights = rowsOf(blocks).map(([network, low, high]) => [String(network), [String(low), String(high)]])
  return {
    ...named('metrics', spanOf(db, 'metric')),
    ...named('logs', spanOf(db, 'log')),
    gaps: Number(rowsOf(db.prepare('SELECT count(*) FROM gap'))[0]?.[0]),
    blocks: Object.fromEntries(heights),
  }
}

/** Whether something of `span` lies from `from` up to but without `to`; an unknown span may hold anything. */
export function overlaps(extent: Extent | undefined, kind: 'metrics' | 'logs', from: UnixMs, to: UnixMs): boolean {
  if (extent === undefined) return true
  const span = extent[kind]
  return span !== undefined && span[0] < to && span[1] >= from
}

function spanOf(db: DatabaseSync, table: 'metric' | 'log'): Span | undefined {
  const [row] = rowsOf(db.prepare(`SELECT min(at), max(at) FROM ${table}`))
  return row === undefined || row[0] === null ? undefined : [Number(row[0]), Number(row[1])]
}

function named<K extends string>(name: K, span: Span | undefined): Partial<Record<K, Span>> {
  return span === undefined ? {} : ({ [name]: span } as Record<K, Span>)
}
