import type { UnixMs } from '@headwatch/protocol'

/** How many agents of one prefix, or of all, went at about the same time. */
export interface Company {
  /** The prefix, or `everywhere`. */
  readonly where: string
  readonly vanished: number
  readonly known: number
}

interface Group {
  known: number
  readonly vanishedAt: UnixMs[]
}

const everywhere = 'everywhere'
const leastOfPrefix = { count: 3, share: 0.5 }
/** Nearly all, or one broken prefix would speak for agents elsewhere. */
const leastEverywhere = { count: 5, share: 0.9 }

/** Finds agents that went silent together: one broken path looks like that, unrelated failures do not. */
export class VanishedTogether {
  readonly #groups = new Map<string, Group>()
  readonly #withinMs: number
  #isSorted = false

  constructor(withinMs = 10_000) {
    this.#withinMs = withinMs
  }

  /** Counts an agent; `at` is when it was heard last, for one that is silent now. */
  add(prefix: string | undefined, at?: UnixMs): void {
    if (prefix !== undefined) this.#addTo(prefix, at)
    this.#addTo(everywhere, at)
  }

  /** The company an agent vanished in at `at`; undefined where it went alone. */
  of(prefix: string | undefined, at: UnixMs): Company | undefined {
    const near = prefix === undefined ? undefined : this.#company(prefix, at, leastOfPrefix)
    return near ?? this.#company(everywhere, at, leastEverywhere)
  }

  #addTo(where: string, at: UnixMs | undefined): void {
    let group = this.#groups.get(where)
    if (group === undefined) {
      group = { known: 0, vanishedAt: [] }
      this.#groups.set(where, group)
    }
    group.known += 1
    if (at !== undefined) group.vanishedAt.push(at)
    this.#isSorted = false
  }

  #company(where: string, at: UnixMs, least: typeof leastOfPrefix): Company | undefined {
    this.#sort()
    const group = this.#groups.get(where)
    if (group === undefined) return undefined
    const { vanishedAt, known } = group
    const vanished = indexAbove(vanishedAt, at + this.#withinMs) - indexAbove(vanishedAt, at - this.#withinMs - 1)
    return vanished >= least.count && vanished >= known * least.share ? { where, vanished, known } : undefined
  }

  #sort(): void {
    if (this.#isSorted) return
    for (const group of this.#groups.values()) group.vanishedAt.sort((a, b) => a - b)
    this.#isSorted = true
  }
}

/** The number of entries that are not above `value`, in an ascending list. */
function indexAbove(ascending: readonly number[], value: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ascending[middle] ?? 0) <= value) low = middle + 1
    else high = middle
  }
  return low
}
