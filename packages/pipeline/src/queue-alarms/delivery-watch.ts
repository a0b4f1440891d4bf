/** What is watched of a destination. */
interface Watched {
  readonly hasWork: boolean
  /** Grows with everything that is done with. */
  readonly settledRuns: number
}

/** How long a destination has had work and brought nothing to an end. */
export class DeliveryWatch {
  readonly #destination: Watched
  #settledRuns = 0
  #sinceMs: number
  #stuckForMs = 0

  constructor(destination: Watched, nowMs: number) {
    this.#destination = destination
    this.#sinceMs = nowMs
  }

  /** As of the last look, in milliseconds; 0 while there is progress, or nothing to do. */
  get stuckForMs(): number {
    return this.#stuckForMs
  }

  look(nowMs: number): void {
    const { hasWork, settledRuns } = this.#destination
    if (!hasWork || settledRuns !== this.#settledRuns) this.#sinceMs = nowMs
    this.#settledRuns = settledRuns
    this.#stuckForMs = nowMs - this.#sinceMs
  }
}
