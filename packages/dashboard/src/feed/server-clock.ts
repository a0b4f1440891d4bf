/** Samples kept; a clock that is set reaches the page after as many frames. */
const kept = 32

/**
 * The server's clock as seen from here, learnt from the moments its frames carry.
 *
 * A frame can only arrive late, so the largest of the last differences is the nearest to the truth.
 */
export class ServerClock {
  readonly #differencesMs: number[] = []

  /** `at`: the moment a frame carries; `hereMs`: this machine's clock when it came. */
  learn(at: number, hereMs: number): void {
    this.#differencesMs.push(at - hereMs)
    if (this.#differencesMs.length > kept) this.#differencesMs.shift()
  }

  /** The server's clock now; this machine's own until a frame came. */
  at(hereMs: number): number {
    return this.#differencesMs.length === 0 ? hereMs : hereMs + Math.max(...this.#differencesMs)
  }
}
