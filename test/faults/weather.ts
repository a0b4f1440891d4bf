import { setTimeout as wait } from 'node:timers/promises'

/** Which way bytes go through a proxy. */
export type Direction = 'to_client' | 'to_target'

const directions: readonly Direction[] = ['to_client', 'to_target']

/** Longest piece that passes at once under a limit, in seconds of it. */
const pieceSeconds = 0.05

/** What holds for every connection of a proxy at the moment. */
export class Weather {
  readonly #cut = new Map<Direction, PromiseWithResolvers<void>>()
  #delayMs = 0
  #bytesPerSecond = Number.POSITIVE_INFINITY

  cut(direction?: Direction): void {
    for (const each of directions) {
      if ((direction === undefined || direction === each) && !this.#cut.has(each))
        this.#cut.set(each, Promise.withResolvers())
    }
  }

  restore(): void {
    for (const { resolve } of this.#cut.values()) resolve()
    this.#cut.clear()
  }

  delay(ms: number): void {
    this.#delayMs = ms
  }

  limit(bytesPerSecond: number): void {
    this.#bytesPerSecond = bytesPerSecond
  }

  /** Resolves when something may pass. */
  async passes(direction: Direction): Promise<void> {
    for (let cut = this.#cut.get(direction); cut !== undefined; cut = this.#cut.get(direction)) await cut.promise
  }

  /** The pieces of a chunk, each when it may pass. */
  async *pieces(chunk: Buffer, direction: Direction): AsyncGenerator<Buffer> {
    if (this.#delayMs > 0) await wait(this.#delayMs)
    let rest = chunk
    while (rest.length > 0) {
      await this.passes(direction)
      const isLimited = Number.isFinite(this.#bytesPerSecond)
      const length = isLimited ? Math.max(1, Math.floor(this.#bytesPerSecond * pieceSeconds)) : rest.length
      if (isLimited) await wait(pieceSeconds * 1_000)
      yield rest.subarray(0, length)
      rest = rest.subarray(length)
    }
  }
}
