import type { Lane } from '@headwatch/protocol'

/** After this many grants to live data, backlog that waits gets one: it drains beside, however busy live is. */
const liveInRow = 3

interface Waiter {
  readonly grant: (isGranted: boolean) => void
  readonly giveBack: () => void
}

/** The places of an exporter's calls. Live data goes first, backlog beside it. */
export class Slots {
  readonly #limit: () => number
  readonly #waiting: Record<Lane, Waiter[]> = { live: [], backlog: [] }
  #used = 0
  #liveGrants = 0

  /** `limit` is asked every time: a restarted exporter may declare another one. */
  constructor(limit: () => number) {
    this.#limit = limit
  }

  get used(): number {
    return this.#used
  }

  /** Resolves to true with a place, to be freed once; or to false after `giveBack` was called by `recall`. */
  acquire(lane: Lane, giveBack: () => void): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    this.#waiting[lane].push({ grant: resolve, giveBack })
    this.#grant()
    return promise
  }

  free(): void {
    this.#used--
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
    while (this.#used < this.#limit()) {
      const next = this.#next()
      if (next === undefined) return
      this.#used++
      next.grant(true)
    }
  }

  #next(): Waiter | undefined {
    const { live, backlog } = this.#waiting
    if (live.length === 0 || (this.#liveGrants >= liveInRow && backlog.length > 0)) {
      this.#liveGrants = 0
      return backlog.shift()
    }
    this.#liveGrants++
    return live.shift()
  }
}
