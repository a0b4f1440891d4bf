const firstMs = 1_000
const maxMs = 40_000
const refusedFirstMs = 10_000
/** A connection that lived this long starts the growth anew. */
const provenMs = 60_000

/** How long to stay away from a server: for ever trying, with growing and spread pauses. */
export class BackOff {
  readonly #random: () => number
  #failures = 0

  /** `random` gives 0 to 1. */
  constructor(random: () => number = Math.random) {
    this.#random = random
  }

  /** The pause after a connection that failed, or ended after `livedMs`. */
  afterFailureMs(livedMs = 0): number {
    if (livedMs >= provenMs) this.#failures = 0
    const most = Math.min(maxMs, firstMs * 2 ** this.#failures++)
    return most * (0.5 + this.#random() / 2)
  }

  /** Servers that limit connections refuse without a word, and forget after 30 s. */
  afterRefusalMs(): number {
    return refusedFirstMs + this.#random() * (maxMs - refusedFirstMs)
  }
}
