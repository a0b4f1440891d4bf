import {
  checkAppend,
  checkLimit,
  checkLogsQuestion,
  checkRange,
  checkSeriesQuestion,
  type Host,
  RetryableError,
  type Store,
} from '@headwatch/sdk'
import { type FolderLock, lockFolder } from '@headwatch/sdk/folder-lock'
import { CommitQueue } from './commit-queue.ts'
import type { SqliteConfig } from './config.ts'
import type {
  Answers,
  Append,
  AppendResult,
  FileQuestion,
  FolderEvent,
  MemoryQuestion,
  PartitionFile,
} from './messages.ts'
import { StoreThread } from './store-thread.ts'

/** A store in a folder of SQLite files; see README.md for the layout and how each number is stored once. */
export class SqliteStore implements Store {
  readonly #config: SqliteConfig
  readonly #host: Host
  readonly #commits: CommitQueue
  #lock: FolderLock | undefined
  #writer: Promise<StoreThread> | undefined
  #reader: StoreThread | undefined
  #partitions: readonly PartitionFile[] = []
  #disposed: Promise<void> | undefined

  constructor(config: SqliteConfig, host: Host) {
    this.#config = config
    this.#host = host
    this.#commits = new CommitQueue({ ...config, clock: host.clock, commit: (appends) => this.#commit(appends) })
  }

  async open(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    this.#lock = lockFolder(this.#config.folder, 'stores.sqlite.folder')
    try {
      await this.#writing()
      signal.throwIfAborted()
    } catch (error) {
      await this[Symbol.asyncDispose]()
      throw error
    }
  }

  async append(...[batches, gaps, signal]: Parameters<Store['append']>): ReturnType<Store['append']> {
    signal.throwIfAborted()
    checkAppend(batches, gaps)
    this.#checkOpen()
    return this.#commits.add({ batches, gaps }, signal)
  }

  storedRanges(...[of, signal]: Parameters<Store['storedRanges']>): ReturnType<Store['storedRanges']> {
    return this.#fromMemory({ ask: 'storedRanges', of }, signal)
  }

  latest(...[of, signal]: Parameters<Store['latest']>): ReturnType<Store['latest']> {
    return this.#fromMemory({ ask: 'latest', of }, signal)
  }

  nodes(signal?: AbortSignal): ReturnType<Store['nodes']> {
    return this.#fromMemory({ ask: 'nodes' }, signal)
  }

  async alarms(...[of, signal]: Parameters<Store['alarms']>): ReturnType<Store['alarms']> {
    checkRange(of)
    checkLimit(of)
    return this.#fromMemory({ ask: 'alarms', of }, signal)
  }

  async series(...[of, signal]: Parameters<Store['series']>): ReturnType<Store['series']> {
    checkSeriesQuestion(of)
    return this.#fromFiles({ ask: 'series', of }, signal)
  }

  async blocks(...[of, signal]: Parameters<Store['blocks']>): ReturnType<Store['blocks']> {
    checkLimit(of)
    return this.#fromFiles({ ask: 'blocks', of }, signal)
  }

  async logs(...[of, signal]: Parameters<Store['logs']>): ReturnType<Store['logs']> {
    checkLogsQuestion(of)
    return this.#fromFiles({ ask: 'logs', of }, signal)
  }

  async gaps(...[of, signal]: Parameters<Store['gaps']>): ReturnType<Store['gaps']> {
    checkLimit(of)
    return this.#fromFiles({ ask: 'gaps', of }, signal)
  }

  /** Commits what waits, then closes. Safe to call twice. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#disposed ??= this.#close()
    return this.#disposed
  }

  async #close(): Promise<void> {
    await this.#commits.drain()
    const writer = await this.#writer?.catch(() => undefined)
    await Promise.all([writer?.stop(), this.#reader?.stop()])
    this.#lock?.release()
  }

  #checkOpen(): void {
    if (this.#lock === undefined || this.#disposed !== undefined) throw new RetryableError('the store is not open')
  }

  async #commit(appends: readonly Append[]): Promise<readonly AppendResult[]> {
    const writer = await this.#writing()
    return writer.commit(appends, this.#host.clock.now())
  }

  async #fromMemory<Q extends MemoryQuestion>(question: Q, signal?: AbortSignal): Promise<Answers[Q['ask']]> {
    signal?.throwIfAborted()
    this.#checkOpen()
    const writer = await this.#writing()
    return writer.ask<Answers[Q['ask']]>(question, signal)
  }

  async #fromFiles<Q extends FileQuestion>(question: Q, signal?: AbortSignal): Promise<Answers[Q['ask']]> {
    signal?.throwIfAborted()
    this.#checkOpen()
    return this.#reading().ask<Answers[Q['ask']]>({ ...question, partitions: this.#partitions }, signal)
  }

  /** The writing thread, begun anew when the one before ended. */
  #writing(): Promise<StoreThread> {
    this.#writer ??= this.#beginWriter()
    return this.#writer
  }

  async #beginWriter(): Promise<StoreThread> {
    const thread = this.#thread('writer')
    void thread.ended.then(() => {
      if (this.#disposed === undefined)
        this.#host.logger.error('the thread that writes ended; it begins again with the next append')
      this.#writer = undefined
    })
    try {
      await thread.ask({ ask: 'open', now: this.#host.clock.now() })
      return thread
    } catch (error) {
      await thread.stop()
      throw error
    }
  }

  #reading(): StoreThread {
    if (this.#reader === undefined || this.#reader.hasEnded) this.#reader = this.#thread('reader')
    return this.#reader
  }

  #thread(role: 'writer' | 'reader'): StoreThread {
    const onEvents = (events: readonly FolderEvent[]): void => {
      for (const event of events) this.#hear(event)
    }
    return new StoreThread({ role, config: this.#config, onEvents })
  }

  #hear(event: FolderEvent): void {
    const { logger, meter } = this.#host
    switch (event.event) {
      case 'partitions':
        this.#partitions = event.partitions
        meter.set('sqlite_partitions_count', event.partitions.length)
        return
      case 'finished':
        void this.#seal(event.partition)
        return
      case 'removed':
        meter.count('sqlite_partitions_removed_total', 1, { reason: event.reason })
        logger.info('removed an old partition', { file: event.file, reason: event.reason })
        return
      case 'vanished':
        meter.count('sqlite_partitions_vanished_total')
        logger.error('the file that was written is gone; another is begun', { file: event.file })
        return
      case 'set_aside':
        meter.count('sqlite_partitions_set_aside_total')
        logger.error('set a damaged partition aside; the rest is served', { file: event.file, reason: event.reason })
        return
      case 'forgotten':
        meter.count('sqlite_forgotten_total', event.count, { what: event.what })
        return
    }
  }

  async #seal(partition: PartitionFile): Promise<void> {
    if (this.#disposed !== undefined) return
    try {
      await this.#reading().ask({ ask: 'seal', partition })
    } catch (error) {
      this.#host.logger.warn('a partition could not be sealed; the next start tries again', {
        file: partition.path,
        reason: error instanceof Error ? error.message : String(error),
      })
    }
  }
}
