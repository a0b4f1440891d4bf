import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Origin, Source } from '@headwatch/protocol'
import { type KnownOrigin, textOf } from './record-text.ts'

/** Metric names and labels that come together in one set. */
export interface Shape {
  readonly labels: Readonly<Record<string, string>>
  readonly names: readonly string[]
}

/**
 * Long texts of one partition and the small numbers that stand for them in its rows. Numbers given inside a transaction
 * that fails are wrong afterwards: make a new dictionary then.
 */
export class Dictionary {
  readonly #ids = new Map<string, number>()
  /** Of objects that come again and again, without making a key. */
  readonly #known = new WeakMap<Source | Origin | Shape, number>()
  readonly #sources: (parts: readonly unknown[]) => number
  readonly #originRows: (parts: readonly unknown[]) => number
  readonly #shapes: (parts: readonly unknown[]) => number

  constructor(db: DatabaseSync) {
    this.#sources = this.#table(db, 'source', 'agent, stream, epoch', 3)
    this.#originRows = this.#table(db, 'origin', 'agent, node, network', 3)
    this.#shapes = this.#table(db, 'shape', 'labels, names', 2)
  }

  /** How many texts it holds; a partition with too many is closed early. */
  get size(): number {
    return this.#ids.size
  }

  source(source: Source): number {
    return this.#known.get(source) ?? this.#learn(source, this.#sources([source.agent, source.stream, source.epoch]))
  }

  origin(origin: Origin): number {
    const known = this.#known.get(origin)
    if (known !== undefined) return known
    const { agent, node, network } = origin
    return this.#learn(origin, this.#originRows([agent, node, network ?? null]))
  }

  shape(shape: Shape): number {
    return this.#known.get(shape) ?? this.#learn(shape, this.#shapes([labelsText(shape.labels), shape.names]))
  }

  #learn(what: Source | Origin | Shape, id: number): number {
    this.#known.set(what, id)
    return id
  }

  /** Every text is written as JSON, which brings back any string exactly. */
  #table(db: DatabaseSync, table: string, columns: string, width: number): (parts: readonly unknown[]) => number {
    const insert = db.prepare(`INSERT INTO ${table} (id, ${columns}) VALUES (?${', ?'.repeat(width)})`)
    let last = 0
    for (const [id, ...texts] of rowsOf(db.prepare(`SELECT id, ${columns} FROM ${table}`))) {
      this.#ids.set(`${table}[${texts.map((text) => text ?? 'null').join(',')}]`, Number(id))
      last = Math.max(last, Number(id))
    }
    return (parts) => {
      const key = table + JSON.stringify(parts)
      const known = this.#ids.get(key)
      if (known !== undefined) return known
      last += 1
      insert.run(last, ...parts.map((part) => (part === null ? null : JSON.stringify(part))))
      this.#ids.set(key, last)
      return last
    }
  }
}

export function originsOf(db: DatabaseSync): Map<number, KnownOrigin> {
  const rows = rowsOf(db.prepare('SELECT id, agent, node, network FROM origin'))
  return new Map(
    rows.map(([id, agent, node, network]) => [
      Number(id),
      { agent: parsed(agent), node: parsed(node), network: network === null ? null : parsed<string>(network) },
    ]),
  )
}

export function sourcesOf(db: DatabaseSync): Map<number, Source> {
  const rows = rowsOf(db.prepare('SELECT id, agent, stream, epoch FROM source'))
  return new Map(
    rows.map(([id, agent, stream, epoch]) => [
      Number(id),
      { agent: parsed(agent), stream: parsed(stream), epoch: parsed(epoch) },
    ]),
  )
}

export function shapesOf(db: DatabaseSync): Map<number, Shape> {
  const rows = rowsOf(db.prepare('SELECT id, labels, names FROM shape'))
  return new Map(
    rows.map(([id, labels, names]) => [Number(id), { labels: labelsFrom(parsed(labels)), names: parsed(names) }]),
  )
}

/** The same text for the same labels, whatever their order. */
export function labelsText(labels: Shape['labels'] | undefined): string {
  if (labels === undefined) return '[]'
  return textOf(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))
}

export function labelsFrom(text: string): Shape['labels'] {
  return Object.fromEntries(JSON.parse(text) as [string, string][])
}

/** All rows as arrays, in the order of the columns asked for. */
export function rowsOf(statement: StatementSync, ...values: (string | number | bigint | null)[]): unknown[][] {
  statement.setReturnArrays(true)
  return statement.all(...values) as unknown as unknown[][]
}

function parsed<T = string>(text: unknown): T {
  return JSON.parse(String(text)) as T
}
