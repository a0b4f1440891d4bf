import { RetryableError } from '@headwatch/sdk'
import type { Carrier, Link, LinkListener } from './link.ts'

type AcceptLink = (link: Link) => LinkListener | undefined

/** Connects agents and a server of one process: an endpoint is a name, a frame is handed over in memory. */
export class Switchboard implements Carrier {
  readonly #listening = new Map<string, AcceptLink>()

  async dial(endpoint: string, listener: LinkListener): Promise<Link> {
    const accept = this.#listening.get(endpoint)
    if (accept === undefined) throw new RetryableError(`nobody listens at ${endpoint}`)
    const near = new Side(endpoint)
    const far = new Side(endpoint)
    near.join(far)
    const taken = accept(far)
    if (taken === undefined) throw new RetryableError(`no place at ${endpoint}`)
    far.listener = taken
    near.listener = listener
    return near
  }

  listen(endpoint: string, accept: AcceptLink, signal: AbortSignal): void {
    if (this.#listening.has(endpoint)) throw new Error(`somebody listens at ${endpoint} already`)
    if (signal.aborted) return
    this.#listening.set(endpoint, accept)
    signal.addEventListener('abort', () => this.#listening.delete(endpoint), { once: true })
  }
}

/** One side of a link. What it sends waits with it until the other side's turn, so nobody is called from inside their own call. */
class Side implements Link {
  readonly address: string
  listener: LinkListener | undefined
  #other: Side | undefined
  readonly #outgoing: Uint8Array[] = []
  #bufferedBytes = 0
  #isOpen = true
  #isScheduled = false

  constructor(address: string) {
    this.address = address
  }

  get bufferedBytes(): number {
    return this.#bufferedBytes
  }

  join(other: Side): void {
    this.#other = other
    other.#other = this
  }

  send(frame: Uint8Array): void {
    if (!this.#isOpen) return
    this.#outgoing.push(frame)
    this.#bufferedBytes += frame.byteLength
    this.#schedule()
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#schedule()
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => this.#deliver())
  }

  #deliver(): void {
    this.#isScheduled = false
    for (const frame of this.#outgoing.splice(0)) {
      this.#bufferedBytes -= frame.byteLength
      this.#other?.listener?.onFrame(frame)
    }
    if (this.#isOpen) return this.listener?.onDrain?.()
    this.end()
    this.#other?.end()
  }

  end(): void {
    this.#isOpen = false
    const { listener } = this
    this.listener = undefined
    listener?.onEnd(true)
  }
}
