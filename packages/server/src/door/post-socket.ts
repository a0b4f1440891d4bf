import type { Socket, SocketListener } from '@headwatch/sdk'

/** A connection that lives from one HTTP request to the next: what it is to say waits for the next answer. */
export class PostSocket implements Socket {
  readonly address: string
  listener: SocketListener | undefined
  /** Whether a request of it is being answered. Only one may be. */
  isBusy = false
  readonly #outgoing: Uint8Array[] = []
  readonly #onEnd: () => void
  #bufferedBytes = 0
  #isOpen = true
  #wake: (() => void) | undefined

  /** `onEnd` is called once, when the connection is over. */
  constructor(address: string, onEnd: () => void) {
    this.address = address
    this.#onEnd = onEnd
  }

  get bufferedBytes(): number {
    return this.#bufferedBytes
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  send(frame: string | Uint8Array): void {
    if (!this.#isOpen || typeof frame === 'string') return
    this.#outgoing.push(frame)
    this.#bufferedBytes += frame.byteLength
    this.#wake?.()
  }

  close(): void {
    this.end(true)
  }

  /** `clean` is false when the peer vanished. */
  end(clean: boolean): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#wake?.()
    this.#onEnd()
    queueMicrotask(() => this.listener?.onEnd(clean))
  }

  /** Resolves as soon as there is something to say, and after `ms` at the latest. */
  async somethingToSay(ms: number): Promise<void> {
    if (this.#outgoing.length > 0 || !this.#isOpen) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const late = setTimeout(resolve, ms)
    this.#wake = resolve
    await promise
    this.#wake = undefined
    clearTimeout(late)
  }

  takeOutgoing(): readonly Uint8Array[] {
    this.#bufferedBytes = 0
    return this.#outgoing.splice(0)
  }
}
