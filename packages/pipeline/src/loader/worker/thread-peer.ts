import type { MessagePort, Worker } from 'node:worker_threads'
import { type CrossingError, packError, unpackError } from './crossing-error.ts'

/** What the other thread may ask for, by name. A `tell` is answered by nobody, so its handler's outcome is lost. */
export type Handlers = Readonly<Record<string, (args: readonly unknown[], signal: AbortSignal) => unknown>>

type Message =
  | { readonly type: 'call'; readonly id: number; readonly method: string; readonly args: readonly unknown[] }
  | { readonly type: 'tell'; readonly method: string; readonly args: readonly unknown[] }
  | { readonly type: 'abort'; readonly id: number }
  | { readonly type: 'value'; readonly id: number; readonly value: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: CrossingError }

interface Pending {
  readonly resolve: (value: unknown) => void
  readonly reject: (reason: unknown) => void
}

/**
 * One end of the line between two threads; both ends are alike. Arguments and answers are copied (structured clone),
 * errors keep their verdict, an aborted signal aborts the one on the other side. Every call settles, at the latest at `end`.
 */
export class ThreadPeer {
  readonly #port: Worker | MessagePort
  readonly #handlers: Handlers
  readonly #pending = new Map<number, Pending>()
  readonly #answering = new Map<number, AbortController>()
  #calls = 0
  #ended: Error | undefined

  constructor(port: Worker | MessagePort, handlers: Handlers) {
    this.#port = port
    this.#handlers = handlers
    port.on('message', (message: Message) => this.#receive(message))
  }

  /**
   * Asks the other thread. An abort is passed on; the call still waits for the other side's answer.
   *
   * @throws what it threw, or the signal's reason where that aborted first.
   */
  call(method: string, args: readonly unknown[], signal?: AbortSignal): Promise<unknown> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    if (signal?.aborted === true) return Promise.reject(signal.reason)
    const id = ++this.#calls
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    try {
      this.#port.postMessage({ type: 'call', id, method, args } satisfies Message)
    } catch (error) {
      return Promise.reject(error)
    }
    this.#pending.set(id, { resolve, reject })
    const abort = () => this.#send({ type: 'abort', id })
    signal?.addEventListener('abort', abort, { once: true })
    return promise
      .catch((error: unknown) => {
        throw signal?.aborted === true ? signal.reason : error
      })
      .finally(() => signal?.removeEventListener('abort', abort))
  }

  /** Tells the other thread something that needs no answer. Does nothing after the end. */
  tell(method: string, args: readonly unknown[]): void {
    if (this.#ended === undefined) this.#port.postMessage({ type: 'tell', method, args } satisfies Message)
  }

  /** The other thread is gone: whatever waits for it is rejected with `reason`, whatever it waits for is aborted. */
  end(reason: Error): void {
    if (this.#ended !== undefined) return
    this.#ended = reason
    for (const { reject } of this.#pending.values()) reject(reason)
    for (const controller of this.#answering.values()) controller.abort(reason)
    this.#pending.clear()
    this.#answering.clear()
  }

  #receive(message: Message): void {
    if (message.type === 'call') void this.#answer(message)
    else if (message.type === 'tell') this.#hear(message.method, message.args)
    else if (message.type === 'abort') this.#answering.get(message.id)?.abort()
    else {
      const pending = this.#pending.get(message.id)
      this.#pending.delete(message.id)
      if (message.type === 'value') pending?.resolve(message.value)
      else pending?.reject(unpackError(message.error))
    }
  }

  /** Nobody waits for the outcome, so a failure is nobody's. */
  #hear(method: string, args: readonly unknown[]): void {
    const heard = async () => this.#handlers[method]?.(args, new AbortController().signal)
    heard().catch(() => undefined)
  }

  async #answer({ id, method, args }: Extract<Message, { type: 'call' }>): Promise<void> {
    const controller = new AbortController()
    this.#answering.set(id, controller)
    try {
      const handler = this.#handlers[method]
      if (handler === undefined) throw new Error(`there is no "${method}" here`)
      this.#send({ type: 'value', id, value: await handler(args, controller.signal) })
    } catch (error) {
      this.#send({ type: 'error', id, error: packError(error) })
    } finally {
      this.#answering.delete(id)
    }
  }

  #send(message: Message): void {
    if (this.#ended === undefined) this.#port.postMessage(message)
  }
}
