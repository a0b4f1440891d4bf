import type { Clock } from '@headwatch/sdk'

/**
 * One sleep shared by everything that is to happen a little later: `arm` starts it unless it runs already,
 * and `run` is called once when it ends. Nothing is called any more once `signal` has aborted.
 */
export class SharedDelay {
  readonly #delayMs: number
  readonly #run: () => void
  readonly #clock: Clock
  readonly #signal: AbortSignal
  #isArmed = false

  constructor(delayMs: number, run: () => void, { clock, signal }: { clock: Clock; signal: AbortSignal }) {
    this.#delayMs = delayMs
    this.#run = run
    this.#clock = clock
    this.#signal = signal
  }

  arm(): void {
    if (this.#isArmed || this.#signal.aborted) return
    this.#isArmed = true
    const ring = (): void => {
      this.#isArmed = false
      this.#run()
    }
    this.#clock.sleep(this.#delayMs, this.#signal).then(ring, () => undefined)
  }
}
