import type { Clock } from '@headwatch/sdk'

/** Three of these without a word are the end. */
const silentBeats = 3

/** Says something every `everyMs` and notices when the other side no longer does. */
export class Heartbeat {
  readonly #clock: Clock
  #heardAtMs: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#heardAtMs = clock.monotonicMs()
  }

  /** Something came; what does not matter. */
  heard(): void {
    this.#heardAtMs = this.#clock.monotonicMs()
  }

  /** Beats until `signal` aborts or the other side is silent, which `onSilence` is told. */
  async run(everyMs: number, beat: () => void, onSilence: () => void, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      beat()
      await this.#clock.sleep(everyMs, signal).catch(() => undefined)
      if (!signal.aborted && this.#clock.monotonicMs() - this.#heardAtMs >= silentBeats * everyMs) return onSilence()
    }
  }
}
