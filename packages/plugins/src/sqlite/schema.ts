import { resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** "HWpt": marks a file as a partition of ours, in bytes 68 to 71 of the file. */
const applicationId = 0x48577074

/** Version of the tables below, SQLite's `user_version`. A higher one is refused. */
const schemaVersion = 1

/*
 * Numbers bind as REAL, so every integer column says INTEGER. Rows are appended in the order they come: the only keys of a
 * live partition are row ids, except for receptions, whose (block, origin) grows nearly as they come.
 */
const tables = `
  CREATE TABLE partition (number INTEGER NOT NULL, started_at INTEGER NOT NULL, sealed INTEGER NOT NULL DEFAULT 0, extent TEXT);
  CREATE TABLE source (id INTEGER PRIMARY KEY, agent TEXT NOT NULL, stream TEXT NOT NULL, epoch TEXT NOT NULL);
  CREATE TABLE origin (id INTEGER PRIMARY KEY, agent TEXT NOT NULL, node TEXT NOT NULL, network TEXT);
  CREATE TABLE shape (id INTEGER PRIMARY KEY, labels TEXT NOT NULL, names TEXT NOT NULL);
  CREATE TABLE closed (id INTEGER PRIMARY KEY, source INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL);
  CREATE TABLE gap (id INTEGER PRIMARY KEY, source INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    reason TEXT NOT NULL, stored_at INTEGER NOT NULL);
  CREATE TABLE state (kind TEXT NOT NULL, body TEXT NOT NULL);
  CREATE TABLE metric (id INTEGER PRIMARY KEY, origin INTEGER NOT NULL, at INTEGER NOT NULL, shape INTEGER NOT NULL,
    readings BLOB NOT NULL, offset_ms INTEGER, error_ms INTEGER);
  CREATE TABLE block (id INTEGER PRIMARY KEY, network TEXT, number INTEGER NOT NULL, hash TEXT NOT NULL, header TEXT NOT NULL);
  CREATE TABLE reception (block INTEGER NOT NULL, origin INTEGER NOT NULL, seen_at INTEGER NOT NULL, processing_ms INTEGER,
    PRIMARY KEY (block, origin)) WITHOUT ROWID;
  CREATE TABLE timing (id INTEGER PRIMARY KEY, origin INTEGER NOT NULL, at INTEGER NOT NULL, number INTEGER NOT NULL,
    hash TEXT NOT NULL, processing_ms INTEGER NOT NULL);
  CREATE TABLE log (id INTEGER PRIMARY KEY, origin INTEGER NOT NULL, at INTEGER NOT NULL, severity INTEGER NOT NULL,
    application TEXT NOT NULL, message TEXT NOT NULL, rest TEXT);
  CREATE TABLE node_report (id INTEGER PRIMARY KEY, origin INTEGER NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL);
  CREATE TABLE alarm_step (id INTEGER PRIMARY KEY, origin INTEGER NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL);
`

const sealIndexes = `
  CREATE INDEX IF NOT EXISTS metric_by_origin ON metric (origin, at);
  CREATE INDEX IF NOT EXISTS log_by_time ON log (at);
  CREATE INDEX IF NOT EXISTS block_by_number ON block (network, number);
`

/** What keeps a file from being read. `unborn`: made, but its first transaction never ended. */
export type Standing = 'ours' | 'unborn' | 'foreign' | 'newer' | 'broken'

/** Opens an existing file, or makes it where `mode` says so. Throws what SQLite throws. */
export function openFile(path: string, mode: 'read' | 'write' | 'create'): DatabaseSync {
  const address = new URL(`file://${resolve(path).split('/').map(encodeURIComponent).join('/')}`)
  address.searchParams.set('mode', mode === 'create' ? 'rwc' : 'rw')
  const db = new DatabaseSync(address.href)
  try {
    // A reader may meet the writer's checkpoint for a moment.
    db.exec('PRAGMA busy_timeout = 5000; PRAGMA trusted_schema = OFF; PRAGMA cache_size = -8000;')
    if (mode === 'read') db.exec('PRAGMA query_only = ON;')
    else db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;')
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** Creates the tables. Inside the partition's first transaction, so that a file has all of it or nothing. */
export function createTables(db: DatabaseSync, number: number, startedAt: number): void {
  db.exec(tables)
  db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion};`)
  db.prepare('INSERT INTO partition (number, started_at) VALUES (?, ?)').run(number, startedAt)
}

/** What a file is. Throws what SQLite throws when the file is not a database at all. */
export function standingOf(db: DatabaseSync): Standing {
  const application = numberOf(db, 'PRAGMA application_id')
  const version = numberOf(db, 'PRAGMA user_version')
  const isEmpty = numberOf(db, 'SELECT count(*) FROM sqlite_schema') === 0
  if (application === 0 && isEmpty) return 'unborn'
  if (application !== applicationId) return 'foreign'
  if (version > schemaVersion) return 'newer'
  return version === schemaVersion ? 'ours' : 'broken'
}

/** Builds what questions about a finished partition need. Safe to repeat after a crash. */
export function indexForReading(db: DatabaseSync): void {
  db.exec(sealIndexes)
}

function numberOf(db: DatabaseSync, sql: string): number {
  const [value] = Object.values(db.prepare(sql).get() ?? {})
  return Number(value)
}
