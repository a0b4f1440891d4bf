import type { Batch, Gap } from '@headwatch/protocol'
import { RetryableError, type Store, type StoreReader } from '@headwatch/sdk'
import { PluginWorker, type WorkerPlugin } from './plugin-worker.ts'

/**
 * A store in a worker. The pipeline opens a store once and keeps it, so this one mends itself: when its worker died, the
 * next call starts another and opens the store again.
 */
export class StoreInWorker implements Store {
  readonly #start: WorkerPlugin<'store'>
  #worker: PluginWorker<'store'> | undefined
  #opening: Promise<PluginWorker<'store'>> | undefined
  #isDisposed = false

  constructor(start: WorkerPlugin<'store'>) {
    this.#start = start
  }

  async open(signal: AbortSignal): Promise<void> {
    await this.#living(signal)
  }

  append(batches: readonly Batch[], gaps: readonly Gap[], signal: AbortSignal) {
    return this.#ask<Store['append']>('append', [batches, gaps], signal)
  }

  storedRanges(...[source, signal]: Parameters<StoreReader['storedRanges']>) {
    return this.#ask<StoreReader['storedRanges']>('storedRanges', [source], signal)
  }

  gaps(...[question, signal]: Parameters<StoreReader['gaps']>) {
    return this.#ask<StoreReader['gaps']>('gaps', [question], signal)
  }

  series(...[question, signal]: Parameters<StoreReader['series']>) {
    return this.#ask<StoreReader['series']>('series', [question], signal)
  }

  latest(...[key, signal]: Parameters<StoreReader['latest']>) {
    return this.#ask<StoreReader['latest']>('latest', [key], signal)
  }

  blocks(...[question, signal]: Parameters<StoreReader['blocks']>) {
    return this.#ask<StoreReader['blocks']>('blocks', [question], signal)
  }

  nodes(signal?: AbortSignal) {
    return this.#ask<StoreReader['nodes']>('nodes', [], signal)
  }

  logs(...[question, signal]: Parameters<StoreReader['logs']>) {
    return this.#ask<StoreReader['logs']>('logs', [question], signal)
  }

  alarms(...[question, signal]: Parameters<StoreReader['alarms']>) {
    return this.#ask<StoreReader['alarms']>('alarms', [question], signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true
    await this.#opening?.catch(() => undefined)
    await this.#worker?.[Symbol.asyncDispose]()
  }

  async #ask<Method extends (...args: never[]) => Promise<unknown>>(
    method: string,
    args: readonly unknown[],
    signal?: AbortSignal,
  ): Promise<Awaited<ReturnType<Method>>> {
    const worker = await this.#living(signal)
    return (await worker.call(method, args, signal)) as Awaited<ReturnType<Method>>
  }

  #living(signal?: AbortSignal): Promise<PluginWorker<'store'>> {
    if (this.#isDisposed) return Promise.reject(new RetryableError('the store is closed'))
    if (this.#worker?.isEnded === false) return Promise.resolve(this.#worker)
    this.#opening ??= this.#begin(signal).finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  async #begin(signal?: AbortSignal): Promise<PluginWorker<'store'>> {
    const worker = new PluginWorker(this.#start)
    try {
      await worker.call('open', [], signal)
    } catch (error) {
      await worker[Symbol.asyncDispose]()
      throw error
    }
    this.#worker = worker
    return worker
  }
}
