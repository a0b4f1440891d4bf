import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** What stands in the store's files, read without the store's code. */
export interface StoredRecords {
  /** How often each block is there, by hash. */
  readonly blocks: ReadonlyMap<string, number>
  /** How often each node is stored as having had each block: node, then hash. */
  readonly receptions: ReadonlyMap<string, ReadonlyMap<string, number>>
}

export function readStoredRecords(folder: string): StoredRecords {
  const blocks = new Map<string, number>()
  const receptions = new Map<string, Map<string, number>>()
  for (const name of readdirSync(folder).filter((file) => /^telemetry-.*\.sqlite$/.test(file))) {
    using db = new DatabaseSync(join(folder, name), { readOnly: true })
    for (const { hash } of db.prepare('SELECT hash FROM block').all()) add(blocks, String(hash))
    const rows = db
      .prepare('SELECT node, hash FROM reception JOIN block b ON block = b.id JOIN origin o ON origin = o.id')
      .all()
    for (const row of rows) {
      const node = String(JSON.parse(String(row.node)))
      const ofNode = receptions.get(node) ?? new Map<string, number>()
      receptions.set(node, ofNode)
      add(ofNode, String(row.hash))
    }
  }
  return { blocks, receptions }
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
