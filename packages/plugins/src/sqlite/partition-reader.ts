import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Source } from '@headwatch/protocol'
import { originsOf, rowsOf, type Shape, shapesOf, sourcesOf } from './dictionary.ts'
import { type Extent, extentOf } from './extent.ts'
import type { PartitionFile } from './messages.ts'
import type { KnownOrigin } from './record-text.ts'
import { indexForReading, openFile } from './schema.ts'

/** One partition as questions see it. The newest still grows; the others never change. */
export class PartitionReader {
  readonly number: number
  readonly db: DatabaseSync
  /** What is in it; undefined while it is not sealed and may hold anything. */
  readonly extent: Extent | undefined
  readonly #statements = new Map<string, StatementSync>()
  readonly #texts: { shapes?: Map<number, Shape>; origins?: Map<number, KnownOrigin>; sources?: Map<number, Source> } =
    {}

  /** Throws what SQLite throws. */
  constructor(file: PartitionFile) {
    this.number = file.number
    this.db = openFile(file.path, 'read')
    const [row] = rowsOf(this.db.prepare('SELECT sealed, extent FROM partition'))
    this.extent = row?.[0] === 1 ? (JSON.parse(String(row[1])) as Extent) : undefined
  }

  /** The statement, made once. Rows come as arrays. */
  prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.db.prepare(sql)
    statement.setReturnArrays(true)
    this.#statements.set(sql, statement)
    return statement
  }

  /** Read anew when the partition has grown. */
  shapes(): ReadonlyMap<number, Shape> {
    const known = this.#texts.shapes
    if (this.#isWhole(known, 'shape')) return known
    const texts = shapesOf(this.db)
    this.#texts.shapes = texts
    return texts
  }

  origins(): ReadonlyMap<number, KnownOrigin> {
    const known = this.#texts.origins
    if (this.#isWhole(known, 'origin')) return known
    const texts = originsOf(this.db)
    this.#texts.origins = texts
    return texts
  }

  sources(): ReadonlyMap<number, Source> {
    const known = this.#texts.sources
    if (this.#isWhole(known, 'source')) return known
    const texts = sourcesOf(this.db)
    this.#texts.sources = texts
    return texts
  }

  close(): void {
    this.#statements.clear()
    this.db.close()
  }

  /** The numbers of texts are dense, so the highest one tells how many there are. */
  #isWhole<T>(known: ReadonlyMap<number, T> | undefined, table: string): known is ReadonlyMap<number, T> {
    if (known === undefined || this.extent !== undefined) return known !== undefined
    const [row] = this.prepare(`SELECT max(id) FROM ${table}`).all() as unknown as [[number | null]]
    return known.size === (row[0] ?? 0)
  }
}

/** Finishes a partition that gets no more rows. Safe to repeat after a crash. */
export function sealPartition(file: PartitionFile): void {
  const db = openFile(file.path, 'write')
  try {
    indexForReading(db)
    db.prepare('UPDATE partition SET sealed = 1, extent = ?').run(JSON.stringify(extentOf(db)))
    // One file is easier to copy than three, and needs no log: nobody writes it again.
    db.exec('PRAGMA journal_mode = DELETE')
  } finally {
    db.close()
  }
}
