import type { Clock } from '@headwatch/sdk'
import { backOffMs } from './back-off.ts'

export interface PauseOptions {
  readonly firstMs: number
  readonly maxMs: number
}

/** How long a destination is left alone after failures, for all of its calls together. */
export class Pause {
  readonly #options: PauseOptions
  readonly #clock: Clock
  #untilMs = 0
  /** Until when the other side asked to be left alone: a call that was on its way and succeeds does not end that. */
  #askedUntilMs = 0
  #failures = 0
  #hurry = new AbortController()

  constructor(options: PauseOptions, clock: Clock) {
    this.#options = options
    this.#clock = clock
  }

  /** Failures in a row; calls that fail together count once. */
  get failures(): number {
    return this.#failures
  }

  /** A call failed: everyone waits, at least as long as the other side asked for. */
  failed(wishMs = 0): void {
    const nowMs = this.#clock.monotonicMs()
    this.#askedUntilMs = Math.max(this.#askedUntilMs, nowMs + wishMs)
    if (nowMs < this.#untilMs) return
    const { firstMs, maxMs } = this.#options
    this.#untilMs = nowMs + Math.max(1, backOffMs(this.#failures++, firstMs, maxMs))
  }

  /** A call succeeded: nobody waits any longer than the other side asked for. Returns after how many failures. */
  succeeded(): number {
    const { failures } = this
    this.#failures = 0
    this.#untilMs = 0
    if (failures > 0) this.#wake()
    return failures
  }

  /** Ends the pause now. */
  hurry(): void {
    this.#untilMs = 0
    this.#askedUntilMs = 0
    this.#wake()
  }

  /** Resolves when the pause is over or `signal` aborts; at once when there is none. */
  async over(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const restMs = Math.max(this.#untilMs, this.#askedUntilMs) - this.#clock.monotonicMs()
      if (restMs <= 0) return
      await this.#clock.sleep(restMs, AbortSignal.any([signal, this.#hurry.signal])).catch(() => undefined)
    }
  }

  /** Everyone looks again how long there is to wait. */
  #wake(): void {
    this.#hurry.abort()
    this.#hurry = new AbortController()
  }
}
