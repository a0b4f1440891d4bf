import type { Clock } from '@headwatch/sdk'

/** A token bucket of one second: in no second are more than twice as many let in. */
export class AcceptRate {
  readonly #perSecond: number
  readonly #clock: Clock
  #tokens: number
  #filledAtMs: number

  constructor(perSecond: number, clock: Clock) {
    this.#perSecond = perSecond
    this.#clock = clock
    this.#tokens = perSecond
    this.#filledAtMs = clock.monotonicMs()
  }

  /** Whether one more may come in now. */
  take(): boolean {
    const nowMs = this.#clock.monotonicMs()
    const more = ((nowMs - this.#filledAtMs) / 1_000) * this.#perSecond
    this.#tokens = Math.min(this.#perSecond, this.#tokens + more)
    this.#filledAtMs = nowMs
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
  }
}
