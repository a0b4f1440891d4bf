import type { HistoryWish } from '@headwatch/protocol/ethstats'

/** What waited for the server comes within this time after it is back, each part within `pauseMs` of the one before. */
const startMs = 1_000
const pauseMs = 500
/** No answer is held back longer, whatever still comes. */
const longestMs = 10_000
/** Of more that wait, the oldest is forgotten: servers ask again. */
const maxWishes = 8

/**
 * The wishes of one connection for old blocks. While what waited for the server is still being taken in, they wait for it:
 * an answer before its end would lack the very blocks that the server missed.
 */
export class HistoryWishes {
  readonly #waiting: HistoryWish[] = []
  #openedMs = 0
  #fromMs = 0

  /** A connection begins, and with it nothing is asked for. */
  begin(nowMs: number, hasBacklog: boolean): void {
    this.#waiting.length = 0
    this.#openedMs = nowMs
    this.#fromMs = hasBacklog ? nowMs + startMs : nowMs
  }

  /** Something that had waited was taken in just now. */
  backlogCame(nowMs: number): void {
    this.#fromMs = Math.max(this.#fromMs, Math.min(this.#openedMs + longestMs, nowMs + pauseMs))
  }

  add(wish: HistoryWish): void {
    this.#waiting.push(wish)
    if (this.#waiting.length > maxWishes) this.#waiting.shift()
  }

  /** What is to be answered now. */
  take(nowMs: number): readonly HistoryWish[] {
    return nowMs < this.#fromMs ? [] : this.#waiting.splice(0)
  }
}
