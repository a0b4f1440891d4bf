import { Worker } from 'node:worker_threads'
import type { UnixMs } from '@headwatch/protocol'
import { RejectedError, RetryableError } from '@headwatch/sdk'
import type { SqliteConfig } from './config.ts'
import { CommitPacker } from './crossing/commit-packer.ts'
import type { Append, AppendResult, Envelope, Failure, FolderEvent, Reply, Request, ThreadData } from './messages.ts'

interface Waiting {
  readonly slot: number
  readonly resolve: (value: unknown) => void
  readonly reject: (reason: unknown) => void
  readonly stopListening: () => void
}

export interface ThreadOptions {
  readonly role: ThreadData['role']
  readonly config: SqliteConfig
  readonly onEvents: (events: readonly FolderEvent[]) => void
}

/** Places for the store's own requests, which questions never take. */
const ownPlaces = 8

/** A worker thread that answers requests in their order. */
export class StoreThread {
  readonly #worker: Worker
  readonly #slots: Int32Array
  readonly #packer = new CommitPacker()
  readonly #free: number[]
  readonly #waiting = new Map<number, Waiting>()
  readonly #onEvents: ThreadOptions['onEvents']
  /** Resolves when the thread is gone, whatever the reason. */
  readonly ended: Promise<void>
  #lastId = 0
  #state: 'running' | 'ended' = 'running'

  constructor({ role, config, onEvents }: ThreadOptions) {
    const places = config.maxQuestions + ownPlaces
    const cancelled = new SharedArrayBuffer(places * Int32Array.BYTES_PER_ELEMENT)
    this.#slots = new Int32Array(cancelled)
    this.#free = Array.from({ length: places }, (_, index) => index)
    this.#onEvents = onEvents
    const entry = import.meta.url.endsWith('.ts') ? './sqlite.worker.ts' : './sqlite.worker.js'
    this.#worker = new Worker(new URL(entry, import.meta.url), {
      workerData: { role, config, cancelled } satisfies ThreadData,
      name: `sqlite ${role}`,
    })
    this.#worker.on('message', (reply: Reply) => this.#settle(reply))
    const { promise, resolve } = Promise.withResolvers<void>()
    this.ended = promise
    // An error is always followed by the exit.
    this.#worker.on('error', () => {})
    this.#worker.on('exit', () => this.#end(resolve))
  }

  get hasEnded(): boolean {
    return this.#state === 'ended'
  }

  /** Rejects with the signal's reason as soon as it aborts; the thread stops working on it at its next check. */
  async ask<T>(request: Request, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted()
    if (!isOwn(request) && this.#free.length <= ownPlaces) throw tooMany()
    return this.#send(request, signal, [])
  }

  /** @throws where the thread has not been sent it. */
  #send<T>(request: Request, signal: AbortSignal | undefined, moved: readonly ArrayBuffer[]): Promise<T> {
    if (this.hasEnded) throw new RetryableError('the store thread ended')
    const slot = this.#free.at(-1)
    if (slot === undefined) throw tooMany()
    this.#lastId += 1
    const id = this.#lastId
    Atomics.store(this.#slots, slot, 0)
    this.#worker.postMessage({ id, slot, request } satisfies Envelope, moved)
    this.#free.pop()
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const onAbort = (): void => {
      Atomics.store(this.#slots, slot, 1)
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    const stopListening = (): void => signal?.removeEventListener('abort', onAbort)
    this.#waiting.set(id, { slot, resolve, reject, stopListening })
    return promise as Promise<T>
  }

  /** Has the writer store appends in one transaction; the outcome of each. Settles as `ask` does. */
  async commit(appends: readonly Append[], now: UnixMs): Promise<readonly AppendResult[]> {
    try {
      const packed = this.#packer.pack(appends)
      return await this.#send({ ask: 'commit', packed, now }, undefined, [packed.numbers.buffer])
    } catch (error) {
      this.#packer.forget()
      throw error
    }
  }

  /** Lets the thread close its files, then ends it. Settles everything that waits. Safe to call twice. */
  async stop(): Promise<void> {
    if (!this.hasEnded) await this.ask({ ask: 'close' }).catch(() => this.#worker.terminate())
    await this.ended
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if (reply.events.length > 0) this.#onEvents(reply.events)
    if (waiting === undefined) return
    waiting.stopListening()
    this.#free.push(waiting.slot)
    if ('failure' in reply) waiting.reject(errorFrom(reply.failure))
    else waiting.resolve(reply.value)
  }

  #end(resolve: () => void): void {
    this.#state = 'ended'
    for (const { reject, stopListening } of this.#waiting.values()) {
      stopListening()
      reject(new RetryableError('the store thread ended'))
    }
    this.#waiting.clear()
    resolve()
  }
}

function isOwn({ ask }: Request): boolean {
  return ask === 'open' || ask === 'close' || ask === 'seal' || ask === 'commit'
}

function tooMany(): RetryableError {
  return new RetryableError('the store has too many questions waiting', { retryAfterMs: 100 })
}

function errorFrom({ verdict, message }: Failure): Error {
  switch (verdict) {
    case 'retry':
      return new RetryableError(message)
    case 'reject':
      return new RejectedError(message)
    case 'aborted':
    case 'fault':
      // A fault of a question or a commit: nothing was stored, and the next attempt reads the files anew.
      return new RetryableError(message)
  }
}
