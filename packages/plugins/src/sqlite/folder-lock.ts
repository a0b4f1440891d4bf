import { mkdirSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { RejectedError } from '@headwatch/sdk'
import { rowsOf } from './dictionary.ts'
import { sentenceOf } from './sqlite-error.ts'

/** Holds a folder for one store. */
export interface FolderLock {
  /** Safe to call twice. */
  release(): void
}

/**
 * Makes the folder where it is missing and takes it for this process. The lock is the operating system's, on the file
 * `owner.lock`: it ends with the process however that ends, so a stale one does not exist. The file names its owner for people.
 *
 * @throws {RejectedError} the folder is no folder, cannot be written, or has an owner.
 */
export function lockFolder(folder: string): FolderLock {
  makeFolder(folder)
  const path = join(folder, 'owner.lock')
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(path)
    db.exec('PRAGMA journal_mode = DELETE; BEGIN IMMEDIATE')
    // Seen by others only after this commit; the lock is taken again at once, and whoever came between has the folder.
    db.exec('CREATE TABLE IF NOT EXISTS owner (pid INTEGER, host TEXT); DELETE FROM owner')
    db.prepare('INSERT INTO owner VALUES (?, ?)').run(process.pid, hostname())
    db.exec('COMMIT; BEGIN IMMEDIATE')
  } catch (cause) {
    const owner = ownerOf(path)
    db?.close()
    const isTaken = (cause as { errcode?: number }).errcode === 5
    const complaint = isTaken
      ? `is in use by ${owner}: stop it, or name another folder`
      : `cannot be locked: ${sentenceOf(cause)}`
    throw new RejectedError(`the folder ${folder} ${complaint}`, { cause })
  }
  const held = db
  return {
    release() {
      if (held.isOpen) held.close()
    },
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
  } catch (cause) {
    const isFile = statSync(folder, { throwIfNoEntry: false })?.isDirectory() === false
    const complaint = isFile
      ? `${folder} is a file, not a folder`
      : `the folder ${folder} cannot be made: ${sentenceOf(cause)}`
    throw new RejectedError(`${complaint}; name another in stores.sqlite.folder`, { cause })
  }
}

function ownerOf(path: string): string {
  try {
    using db = new DatabaseSync(path, { readOnly: true })
    const [row] = rowsOf(db.prepare('SELECT pid, host FROM owner'))
    return row === undefined ? 'another Headwatch' : `process ${row[0]} on ${row[1]}`
  } catch {
    return 'another program'
  }
}
