import type { Lane } from '@headwatch/protocol'

/** After this many grants to live data, backlog that waits gets one: it drains beside, however busy live is. */
const liveInRow = 3

interface Waiter {
  readonly grant: (isGranted: boolean) => void
  readonly giveBack: () => void
}

/**
 * The places of an exporter's calls. Live data goes first, backlog beside it: while there is any, live data leaves it a place, for
 * the other side may have to take the backlog before it can take more of what is live.
 */
export class Slots {
  readonly #limit: () => number
  readonly #hasBacklog: () => boolean
  readonly #waiting: Record<Lane, Waiter[]> = { live: [], backlog: [] }
  readonly #usedBy: Record<Lane, number> = { live: 0, backlog: 0 }
  #liveGrants = 0

  /** `limit` is asked every time: a restarted exporter may declare another one. `hasBacklog`: whether any waits to be taken. */
  constructor(limit: () => number, hasBacklog: () => boolean) {
    this.#limit = limit
    this.#hasBacklog = hasBacklog
  }

  get used(): number {
    return this.#usedBy.live + this.#usedBy.backlog
  }

  /** Resolves to true with a place, to be freed once; or to false after `giveBack` was called by `recall`. */
  acquire(lane: Lane, giveBack: () => void): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    this.#waiting[lane].push({ grant: resolve, giveBack })
    this.#grant()
    return promise
  }

  free(lane: Lane): void {
    this.#usedBy[lane]--
    this.#grant()
  }

  /** Makes everybody who waits give back what they hold, before it returns. */
  recall(): void {
    for (const { grant, giveBack } of [...this.#waiting.live.splice(0), ...this.#waiting.backlog.splice(0)]) {
      giveBack()
      grant(false)
    }
  }

  #grant(): void {
    while (this.used < this.#limit()) {
      const lane = this.#nextLane()
      const next = lane === undefined ? undefined : this.#waiting[lane].shift()
      if (lane === undefined || next === undefined) return
      this.#liveGrants = lane === 'live' ? this.#liveGrants + 1 : 0
      this.#usedBy[lane]++
      next.grant(true)
    }
  }

  #nextLane(): Lane | undefined {
    const { live, backlog } = this.#waiting
    const isBacklogsTurn = this.#liveGrants >= liveInRow || !this.#mayLive()
    if (backlog.length > 0 && (live.length === 0 || isBacklogsTurn)) return 'backlog'
    return live.length > 0 && this.#mayLive() ? 'live' : undefined
  }

  /** Whether live data leaves the backlog a place, where there is a backlog and more than one place. */
  #mayLive(): boolean {
    const limit = this.#limit()
    if (limit < 2 || this.#usedBy.live < limit - 1) return true
    return this.#usedBy.backlog === 0 && this.#waiting.backlog.length === 0 && !this.#hasBacklog()
  }
}
