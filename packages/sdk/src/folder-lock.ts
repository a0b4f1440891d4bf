import { mkdirSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { RejectedError } from './errors.ts'

/** Holds a folder for one program. */
export interface FolderLock {
  /** Safe to call twice. */
  release(): void
}

/**
 * Makes the folder where it is missing and takes it for this process. The lock is the operating system's, on the file
 * `owner.lock`: it ends with the process however that ends, so a stale one does not exist. The file names its owner for people.
 *
 * @param setting The configuration key that names the folder, such as `stores.sqlite.folder`: said to who has to name another.
 * @throws {RejectedError} the folder is no folder, cannot be written, or has an owner.
 */
export function lockFolder(folder: string, setting: string): FolderLock {
  makeFolder(folder, setting)
  const path = join(folder, 'owner.lock')
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(path)
    db.exec('PRAGMA journal_mode = DELETE; BEGIN IMMEDIATE')
    nameOwner(db)
    // What was named is seen by others only now; the lock is taken again at once, and whoever came between has the folder.
    db.exec('BEGIN IMMEDIATE')
  } catch (cause) {
    const owner = ownerOf(path)
    db?.close()
    const complaint =
      codeOf(cause) === locked
        ? `is in use by ${owner}: stop it, or name another folder in ${setting}`
        : `cannot be locked: ${reasonOf(cause)}; name another in ${setting}`
    throw new RejectedError(`the folder ${folder} ${complaint}`, { cause })
  }
  const held = db
  return {
    release() {
      if (held.isOpen) held.close()
    },
  }
}

/** Ends the transaction. On a full disk the owner keeps the name of the one before: a lock needs no room, a name does. */
function nameOwner(db: DatabaseSync): void {
  try {
    db.exec('CREATE TABLE IF NOT EXISTS owner (pid INTEGER, host TEXT); DELETE FROM owner')
    db.prepare('INSERT INTO owner VALUES (?, ?)').run(process.pid, hostname())
    db.exec('COMMIT')
  } catch (error) {
    if (codeOf(error) !== full) throw error
    if (db.isTransaction) db.exec('ROLLBACK')
  }
}

function makeFolder(folder: string, setting: string): void {
  try {
    mkdirSync(folder, { recursive: true })
  } catch (cause) {
    const isFile = statSync(folder, { throwIfNoEntry: false })?.isDirectory() === false
    const complaint = isFile
      ? `${folder} is a file, not a folder`
      : `the folder ${folder} cannot be made: ${reasonOf(cause)}`
    throw new RejectedError(`${complaint}; name another in ${setting}`, { cause })
  }
}

function ownerOf(path: string): string {
  try {
    using db = new DatabaseSync(path, { readOnly: true })
    const row = db.prepare('SELECT pid, host FROM owner').get()
    return row === undefined ? 'another Headwatch' : `process ${row.pid} on ${row.host}`
  } catch {
    return 'another program'
  }
}

const locked = 5
const full = 13

/** SQLite's own result code, without its extension. */
function codeOf(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null | undefined)?.errcode
  return typeof code === 'number' ? code & 0xff : undefined
}

const sentences: Readonly<Record<string, string>> = {
  8: 'it cannot be written',
  10: 'the disk reports an error',
  11: 'owner.lock is damaged',
  13: 'the disk is full',
  14: 'it cannot be written',
  26: 'owner.lock is not ours',
  ENOSPC: 'the disk is full',
  EACCES: 'it cannot be written',
  EPERM: 'it cannot be written',
  EROFS: 'the disk is read-only',
  ENOENT: 'the folder above it cannot be written',
}

function reasonOf(error: unknown): string {
  const code = codeOf(error) ?? String((error as { code?: unknown } | null | undefined)?.code)
  return sentences[code] ?? (error instanceof Error ? error.message : String(error))
}
