import { mkdirSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import type { UnixMs } from '@headwatch/protocol'
import { RejectedError, RetryableError } from '@headwatch/sdk'
import { type CommitPlan, planCommit } from './append-plan.ts'
import type { SqliteConfig } from './config.ts'
import type { RowAppend } from './crossing/packed-commit.ts'
import { rowsOf } from './dictionary.ts'
import { LivePartition } from './live-partition.ts'
import type { AppendResult, FolderEvent, PartitionFile } from './messages.ts'
import {
  bytesOf,
  fileIdOf,
  listPartitions,
  nextNumber,
  partitionPath,
  removePartition,
  setAside,
} from './partition-files.ts'
import { createTables, openFile, standingOf } from './schema.ts'
import { isDamage, sentenceOf } from './sqlite-error.ts'
import { StandingState } from './standing-state.ts'

/** Texts and blocks of one partition kept in memory; a partition that has more is finished early. */
const maxEntries = 400_000

const minuteMs = 60_000
const hourMs = 60 * minuteMs

interface KnownPartition extends PartitionFile {
  readonly startedAt: UnixMs
  readonly isSealed: boolean
}

interface Live {
  readonly partition: KnownPartition
  /** Which file `db` has open, whatever stands under its name by now. */
  readonly fileId: string | undefined
  readonly db: DatabaseSync
  readonly rows: LivePartition
}

/**
 * The only writer of a folder. Truth is what the files say: after any failure everything in memory is thrown away and
 * read again from the newest partition.
 */
export class PartitionWriter {
  readonly #config: SqliteConfig
  readonly #report: (event: FolderEvent) => void
  #known: KnownPartition[] = []
  #live: Live | undefined
  /** A number is not given again, also when its file was taken away. */
  #highest = 0
  #state: StandingState | undefined

  constructor(config: SqliteConfig, report: (event: FolderEvent) => void) {
    this.#config = config
    this.#report = report
  }

  /** What stands. Reads the folder first when it has to. @throws {RejectedError} what is there cannot be used. */
  state(): StandingState {
    return this.#state ?? this.#load()
  }

  /**
   * Stores appends in one transaction; when it resolves they are on disk. Nothing of them is stored when it throws,
   * or all of it where the disk failed in the very last step: repeating is right in both cases.
   */
  commit(appends: readonly RowAppend[], now: UnixMs): readonly AppendResult[] {
    const state = this.state()
    if (this.#live !== undefined && fileIdOf(this.#live.partition) !== this.#live.fileId) this.#leave(this.#live)
    const plan = planCommit(appends, (source) => state.rangesOf(source))
    if (plan.closed.length === 0) return plan.results
    try {
      if (this.#live === undefined || this.#isFull(this.#live, now)) this.#beginPartition(state, plan, now)
      else inTransaction(this.#live.db, () => write(this.#live?.rows, plan, now))
    } catch (cause) {
      this.close()
      throw new RetryableError(`nothing was stored: ${sentenceOf(cause)}`, { cause })
    }
    for (const { source, range } of plan.closed) state.close(source, range)
    for (const record of plan.records) state.apply(record)
    this.#tellForgotten(state)
    return plan.results
  }

  /** Removes the oldest partitions that are too old, or too many bytes together. Never the newest. */
  removeOld(now: UnixMs): void {
    const [oldest, next] = this.#known
    if (oldest === undefined || next === undefined) return
    const isOld = next.startedAt <= now - this.#config.keepHours * hourMs
    const bytes = this.#known.reduce((sum, partition) => sum + bytesOf(partition), 0)
    if (!isOld && bytes <= this.#config.maxBytes) return
    removePartition(oldest)
    this.#known = this.#known.slice(1)
    this.#report({ event: 'removed', file: oldest.path, reason: isOld ? 'age' : 'size' })
    this.#tellPartitions()
    this.removeOld(now)
  }

  /** Lets go of files and memory. Safe to call twice; the next call reads the folder again. */
  close(): void {
    const live = this.#live
    this.#live = undefined
    this.#state = undefined
    try {
      live?.db.close()
    } catch {
      // Closing reports again what made us close.
    }
  }

  /** Someone took its file away: what is written there would be gone with it. What stands goes into a new one. */
  #leave({ partition, db }: Live): void {
    this.#live = undefined
    this.#highest = Math.max(this.#highest, partition.number)
    try {
      db.close()
    } catch {
      // It was of no use any more.
    }
    this.#report({ event: 'vanished', file: partition.path })
    this.#known = this.#known.filter((known) => fileIdOf(known) !== undefined)
  }

  #isFull({ partition, rows }: Live, now: UnixMs): boolean {
    // Either way: a clock that jumped back must not keep a partition open for as long as it jumped.
    const isOver = Math.abs(now - partition.startedAt) >= this.#config.partitionMinutes * minuteMs
    return isOver || rows.entries > maxEntries || bytesOf(partition) > this.#config.maxBytes / 8
  }

  #beginPartition(state: StandingState, plan: CommitPlan, now: UnixMs): void {
    const { folder } = this.#config
    mkdirSync(folder, { recursive: true })
    const file = partitionPath(folder, Math.max(nextNumber(folder), this.#highest + 1), now)
    this.#highest = file.number
    const db = openFile(file.path, 'create')
    try {
      const rows = inTransaction(db, () => {
        createTables(db, file.number, now)
        const partition = new LivePartition(db)
        state.carryInto(partition)
        write(partition, plan, now)
        return partition
      })
      const before = this.#live
      this.#live = { partition: { ...file, startedAt: now, isSealed: false }, fileId: fileIdOf(file), db, rows }
      this.#known.push(this.#live.partition)
      before?.db.close()
      if (before !== undefined) this.#report({ event: 'finished', partition: before.partition })
      this.#tellPartitions()
    } catch (error) {
      if (this.#live?.db !== db) db.close()
      throw error
    }
    this.removeOld(now)
  }

  #load(): StandingState {
    const { folder } = this.#config
    mkdirSync(folder, { recursive: true })
    this.#known = listPartitions(folder).flatMap((file) => this.#inspect(file) ?? [])
    const state = this.#restore()
    this.#state = state
    this.#tellPartitions()
    for (const partition of this.#known) {
      if (!partition.isSealed && partition !== this.#live?.partition) this.#report({ event: 'finished', partition })
    }
    return state
  }

  /** Reads the newest partition that can be read. One that was sealed is complete: the next row begins another. */
  #restore(): StandingState {
    for (;;) {
      const newest = this.#known.at(-1)
      if (newest === undefined) return new StandingState()
      let db: DatabaseSync | undefined
      try {
        db = openFile(newest.path, newest.isSealed ? 'read' : 'write')
        const state = StandingState.from(db)
        if (newest.isSealed) db.close()
        else this.#live = { partition: newest, fileId: fileIdOf(newest), db, rows: new LivePartition(db) }
        return state
      } catch (error) {
        db?.close()
        if (!isDamage(error)) throw error
        this.#setAside(newest, sentenceOf(error))
        this.#known.pop()
      }
    }
  }

  #inspect(file: PartitionFile): KnownPartition | undefined {
    let db: DatabaseSync | undefined
    try {
      db = openFile(file.path, 'read')
      const standing = standingOf(db)
      if (standing === 'ours') {
        const [row] = rowsOf(db.prepare('SELECT started_at, sealed FROM partition'))
        if (row !== undefined) return { ...file, startedAt: Number(row[0]), isSealed: row[1] === 1 }
      }
      db.close()
      db = undefined
      return this.#refuse(file, standing)
    } catch (error) {
      if (!isDamage(error)) throw error
      db?.close()
      db = undefined
      this.#setAside(file, sentenceOf(error))
      return undefined
    } finally {
      db?.close()
    }
  }

  #refuse(file: PartitionFile, standing: ReturnType<typeof standingOf>): undefined {
    const elsewhere = 'or name another folder in stores.sqlite.folder'
    if (standing === 'foreign') {
      throw new RejectedError(`${file.path} is another program's database: move it away ${elsewhere}`)
    }
    if (standing === 'newer') {
      throw new RejectedError(`${file.path} was written by a newer Headwatch: run that version ${elsewhere}`)
    }
    if (standing === 'unborn') removePartition(file)
    else this.#setAside(file, 'its tables are not those of its version')
  }

  #setAside(file: PartitionFile, reason: string): void {
    this.#report({ event: 'set_aside', file: setAside(file), reason })
  }

  #tellPartitions(): void {
    const partitions = this.#known.map(({ number, path }) => ({ number, path }))
    this.#report({ event: 'partitions', partitions })
  }

  #tellForgotten({ forgotten }: StandingState): void {
    for (const what of ['node', 'metric', 'epoch'] as const) {
      if (forgotten[what] > 0) this.#report({ event: 'forgotten', what, count: forgotten[what] })
      forgotten[what] = 0
    }
  }
}

function write(partition: LivePartition | undefined, plan: CommitPlan, now: UnixMs): void {
  for (const { source, range } of plan.closed) partition?.close(source, range)
  for (const gap of plan.gaps) partition?.gap(gap, now)
  for (const record of plan.records) partition?.record(record)
}

/** Commits what `work` did, or nothing of it. */
function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    db.exec('COMMIT')
    return result
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}
