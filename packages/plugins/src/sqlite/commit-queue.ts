import { type AppendOutcome, type Clock, RetryableError } from '@headwatch/sdk'
import type { Append, AppendResult } from './messages.ts'

interface WaitingAppend extends Append {
  readonly records: number
  readonly resolve: (outcome: AppendOutcome) => void
  readonly reject: (reason: unknown) => void
}

export interface CommitOptions {
  readonly commitEveryMs: number
  /** Records that may wait or be on their way; more are refused for now. */
  readonly maxWaitingRecords: number
  readonly clock: Clock
  readonly commit: (appends: readonly Append[]) => Promise<readonly AppendResult[]>
}

/** Records in one transaction; the rest follows in the next, so that questions get their turn. */
const maxCommitRecords = 10_000

/** Merges appends that wait into one commit at a time. Order is kept; each settles on its own. */
export class CommitQueue {
  readonly #options: CommitOptions
  #waiting: WaitingAppend[] = []
  #records = 0
  #running: Promise<void> | undefined
  #lastBeganMs = Number.NEGATIVE_INFINITY
  readonly #hurry = new AbortController()

  constructor(options: CommitOptions) {
    this.#options = options
  }

  add(append: Append, signal: AbortSignal): Promise<AppendOutcome> {
    const records = append.batches.reduce((sum, batch) => sum + batch.records.length, 0)
    if (this.#records > 0 && this.#records + records > this.#options.maxWaitingRecords) {
      return Promise.reject(new RetryableError('the store is behind', { retryAfterMs: 250 }))
    }
    const { promise, resolve, reject } = Promise.withResolvers<AppendOutcome>()
    const waiting: WaitingAppend = { ...append, records, resolve, reject }
    this.#records += records
    this.#waiting.push(waiting)
    const onAbort = (): void => this.#withdraw(waiting, signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    this.#running ??= this.#run()
    return promise.finally(() => {
      this.#records -= records
      signal.removeEventListener('abort', onAbort)
    })
  }

  /** Commits what waits without a rest in between; resolves when nothing waits any more. */
  async drain(): Promise<void> {
    this.#hurry.abort()
    await this.#running
  }

  /** What is already on its way cannot be called back: its outcome is told as it comes. */
  #withdraw(waiting: WaitingAppend, reason: unknown): void {
    if (!this.#waiting.includes(waiting)) return
    this.#waiting = this.#waiting.filter((other) => other !== waiting)
    waiting.reject(reason)
  }

  async #run(): Promise<void> {
    const { clock } = this.#options
    // What is added in the same turn of the event loop shares the first commit.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      await this.#rest()
      this.#lastBeganMs = clock.monotonicMs()
      await this.#commit(this.#take())
    }
    this.#running = undefined
  }

  async #rest(): Promise<void> {
    const { clock, commitEveryMs } = this.#options
    const restMs = this.#lastBeganMs + commitEveryMs - clock.monotonicMs()
    // Rejects when the queue is drained: then there is no rest.
    if (restMs > 0 && !this.#hurry.signal.aborted) await clock.sleep(restMs, this.#hurry.signal).catch(() => {})
  }

  #take(): readonly WaitingAppend[] {
    let records = 0
    const end = this.#waiting.findIndex((waiting) => {
      records += waiting.records
      return records > maxCommitRecords
    })
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : Math.max(1, end))
  }

  async #commit(appends: readonly WaitingAppend[]): Promise<void> {
    if (appends.length === 0) return
    try {
      const results = await this.#options.commit(appends.map(({ batches, gaps }) => ({ batches, gaps })))
      for (const [index, { resolve, reject }] of appends.entries()) {
        const result = results[index]
        if (result !== undefined && 'stored' in result) resolve(result)
        else reject(tooManyHoles(result?.tooManyRangesOf))
      }
    } catch (error) {
      for (const { reject } of appends) reject(error)
    }
  }
}

function tooManyHoles(agent = 'unknown'): RetryableError {
  return new RetryableError(`agent ${agent} has too many holes in what is stored of it`, { scope: 'this_data' })
}
