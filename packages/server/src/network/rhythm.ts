import type { UnixMs } from '@headwatch/protocol'

const leastMs = 5_000
const mostMs = 60_000
const longestUsualMs = 75_000

/**
 * How often something is usually heard, learned from its gaps: quick to believe a longer one, slow to forget it, so
 * that three intervals of silence mean something. Between 5 and 60 seconds.
 */
export class Rhythm {
  #intervalMs = leastMs
  #lastAt: UnixMs | undefined

  get intervalMs(): number {
    return this.#intervalMs
  }

  /** When it was heard last; undefined if never. */
  get lastAt(): UnixMs | undefined {
    return this.#lastAt
  }

  /** Heard at `now`, which never goes back. */
  beat(now: UnixMs): void {
    const gap = this.#lastAt === undefined ? 0 : now - this.#lastAt
    this.#lastAt = Math.max(now, this.#lastAt ?? now)
    if (gap <= 0) return
    const bounded = Math.min(mostMs, Math.max(leastMs, gap))
    this.#intervalMs += (bounded - this.#intervalMs) * (bounded > this.#intervalMs ? 0.3 : 0.02)
  }

  /** Heard again after a silence. One that is longer than any usual gap says nothing about that. */
  resume(now: UnixMs): void {
    if (this.#lastAt !== undefined && now - this.#lastAt <= longestUsualMs) this.beat(now)
    else this.#lastAt = now
  }

  /** Whether three usual intervals, and `atLeastMs`, went by without it. Never heard is never overdue. */
  isOverdue(now: UnixMs, atLeastMs: number): boolean {
    return this.#lastAt !== undefined && now - this.#lastAt > Math.max(atLeastMs, 3 * this.#intervalMs)
  }
}
