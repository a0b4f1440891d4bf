import type { Clock, Socket } from '@headwatch/sdk'
import { SharedDelay } from './shared-delay.ts'

/**
 * geth 1.10 loses a pong that comes before it began to wait, and hangs up five seconds later. The client counts
 * half of this delay as latency.
 */
const delayMs = 3

/** Sends answers a moment after the question. */
export class LateAnswers {
  readonly #delay: SharedDelay
  #waiting: { readonly socket: Socket; readonly frame: string }[] = []

  constructor(lent: { clock: Clock; signal: AbortSignal }) {
    this.#delay = new SharedDelay(delayMs, () => this.#sendAll(), lent)
  }

  add(socket: Socket, frame: string): void {
    this.#waiting.push({ socket, frame })
    this.#delay.arm()
  }

  #sendAll(): void {
    const due = this.#waiting
    this.#waiting = []
    for (const { socket, frame } of due) socket.send(frame)
  }
}
