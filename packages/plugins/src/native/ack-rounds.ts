import type { Clock } from '@headwatch/sdk'

/** Who has something to acknowledge. Never throws. */
export interface Acknowledging {
  acknowledge(): void
}

/** One timer for the delayed acknowledgements of all connections: a round begins with the first who asks and ends `delayMs` later. */
export class AckRounds {
  readonly #delayMs: number
  readonly #clock: Clock
  readonly #signal: AbortSignal
  readonly #due = new Set<Acknowledging>()
  #isRunning = false

  /** After `signal` aborts nobody is called any more. */
  constructor(delayMs: number, clock: Clock, signal: AbortSignal) {
    this.#delayMs = delayMs
    this.#clock = clock
    this.#signal = signal
  }

  /** Has `who` acknowledge at the end of this round; asking twice is asking once. */
  add(who: Acknowledging): void {
    this.#due.add(who)
    if (this.#isRunning) return
    this.#isRunning = true
    this.#clock.sleep(this.#delayMs, this.#signal).then(() => this.#end(), noMore)
  }

  /** It has nobody to acknowledge to any more. */
  remove(who: Acknowledging): void {
    this.#due.delete(who)
  }

  #end(): void {
    this.#isRunning = false
    const due = [...this.#due]
    this.#due.clear()
    for (const who of due) who.acknowledge()
  }
}

function noMore(): void {
  // The receiver has ended: whoever was not answered sends again.
}
