import type { Batch, Gap } from '@headwatch/protocol'
import { RetryableError, retryAfterOf, type Store, verdictOf } from '@headwatch/sdk'
import { backOffMs } from '../delivery/back-off.ts'
import { messageOf, type SupervisionParts } from '../supervision/supervised.ts'
import { unlessAborted } from '../supervision/unless-aborted.ts'

interface Waiting {
  readonly batch?: Batch
  readonly gap?: Gap
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
}

export interface StoreWriterOptions {
  /** Most records in one append. */
  readonly appendRecords: number
  /** Most records waiting; beyond it `write` throws a retryable error. */
  readonly maxRecords: number
}

/** Brings what pipelines accept into one store: what waits goes together, what fails is repeated, what is poison goes alone. */
export class StoreWriter {
  readonly name: string
  readonly #store: Store
  readonly #options: StoreWriterOptions
  readonly #parts: SupervisionParts
  readonly #stop = new AbortController()
  #waiting: Waiting[] = []
  #records = 0
  #failures = 0
  #running: Promise<void> | undefined

  constructor(name: string, store: Store, options: StoreWriterOptions, parts: SupervisionParts) {
    this.name = name
    this.#store = store
    this.#options = options
    this.#parts = parts
  }

  get waitingRecords(): number {
    return this.#records
  }

  get isFailing(): boolean {
    return this.#failures > 2
  }

  /** Resolves once the batch or gap is durable. @throws {RetryableError} the store is behind. */
  write(
    what: { readonly batch: Batch; readonly gap?: never } | { readonly gap: Gap; readonly batch?: never },
  ): Promise<void> {
    const records = sizeOf(what)
    if (this.#stop.signal.aborted) return Promise.reject(new RetryableError('the store is closing'))
    if (this.#records + records > this.#options.maxRecords)
      return Promise.reject(new RetryableError('the store is behind', { retryAfterMs: 1_000 }))
    this.#records += records
    const settled = new Promise<void>((resolve, reject) => this.#waiting.push({ ...what, resolve, reject }))
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
    })
    return settled
  }

  /** Waits until everything is written or `deadline` aborts; the rest is rejected as retryable. Returns how many records that were. */
  async close(deadline: AbortSignal): Promise<number> {
    if (this.#running !== undefined) await unlessAborted(this.#running, deadline).catch(() => undefined)
    this.#stop.abort()
    await this.#running
    return this.#records
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const together = this.#takeTogether()
      await this.#append(together)
      for (const part of together) this.#records -= sizeOf(part)
    }
  }

  #takeTogether(): readonly Waiting[] {
    let records = 0
    const end = this.#waiting.findIndex((part) => {
      records += sizeOf(part)
      return records > this.#options.appendRecords
    })
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : Math.max(1, end))
  }

  async #append(parts: readonly Waiting[]): Promise<void> {
    const batches = parts.flatMap(({ batch }) => batch ?? [])
    const gaps = parts.flatMap(({ gap }) => gap ?? [])
    const { signal } = this.#stop
    while (!signal.aborted) {
      try {
        const { stored, duplicates } = await unlessAborted(this.#store.append(batches, gaps, signal), signal)
        this.#succeeded(stored, duplicates)
        for (const part of parts) part.resolve()
        return
      } catch (error) {
        if (signal.aborted) break
        if (verdictOf(error) === 'reject') return this.#rejected(parts, error)
        await this.#failed(error)
      }
    }
    for (const part of parts) part.reject(new RetryableError('the store was closed before it took the data'))
  }

  #succeeded(stored: number, duplicates: number): void {
    if (this.isFailing) this.#parts.logger.info('a store is back', { store: this.name })
    this.#failures = 0
    this.#parts.meter.count('headwatch_stored_total', stored, { store: this.name })
    if (duplicates > 0) this.#parts.meter.count('headwatch_duplicates_total', duplicates, { store: this.name })
  }

  /** One poison batch does not take others with it: each is tried alone. */
  async #rejected(parts: readonly Waiting[], error: unknown): Promise<void> {
    const [only] = parts
    if (parts.length === 1 && only !== undefined) {
      this.#parts.meter.count('headwatch_dropped_total', sizeOf(only), { at: this.name, reason: 'rejected' })
      this.#parts.logger.warn('a store refused a batch', { store: this.name, reason: messageOf(error) })
      only.reject(error)
      return
    }
    for (const part of parts) await this.#append([part])
  }

  async #failed(error: unknown): Promise<void> {
    const { meter, logger, clock } = this.#parts
    this.#failures++
    const kind = verdictOf(error) === 'fault' ? 'headwatch_plugin_faults_total' : 'headwatch_retries_total'
    meter.count(kind, 1, { store: this.name })
    if (this.#failures === 3)
      logger.warn('a store does not take data; it is tried again and again', {
        store: this.name,
        reason: messageOf(error),
      })
    const waitMs = Math.max(retryAfterOf(error) ?? 0, backOffMs(this.#failures, 50, 5_000))
    await clock.sleep(waitMs, this.#stop.signal).catch(() => undefined)
  }
}

function sizeOf({ batch }: { readonly batch?: Batch; readonly gap?: Gap }): number {
  return batch === undefined ? 1 : Math.max(1, batch.records.length)
}
