import type { Clock } from '@headwatch/sdk'
import { SharedDelay } from './shared-delay.ts'

/**
 * geth 1.10 loses a pong that comes before it began to wait, and hangs up five seconds later. The client counts
 * half of this delay as latency.
 */
const delayMs = 3
/** Timers ring up to this much before their time. */
const ringsEarlyMs = 1

/** Sends answers a moment after the question: none sooner than the delay, none later than twice it. */
export class LateAnswers {
  readonly #clock: Clock
  readonly #delay: SharedDelay
  #waiting: { readonly sinceMs: number; readonly send: () => void }[] = []

  constructor(lent: { clock: Clock; signal: AbortSignal }) {
    this.#clock = lent.clock
    this.#delay = new SharedDelay(delayMs, () => this.#sendDue(), lent)
  }

  add(send: () => void): void {
    this.#waiting.push({ sinceMs: this.#clock.monotonicMs(), send })
    this.#delay.arm()
  }

  #sendDue(): void {
    const dueMs = this.#clock.monotonicMs() - delayMs + ringsEarlyMs
    const early = this.#waiting.findIndex(({ sinceMs }) => sinceMs > dueMs)
    const due = early === -1 ? this.#waiting.splice(0) : this.#waiting.splice(0, early)
    for (const { send } of due) send()
    if (this.#waiting.length > 0) this.#delay.arm()
  }
}
