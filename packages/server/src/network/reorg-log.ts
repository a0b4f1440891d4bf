import type { Hex, UnixMs } from '@headwatch/protocol'

/** The network's head went over to another chain. */
export interface Reorg {
  readonly at: UnixMs
  /** How many blocks of the old chain were left. */
  readonly depth: number
  readonly from: Hex
  readonly to: Hex
}

const kept = 50

/** The last reorganisations of a network, newest first. */
export class ReorgLog {
  readonly #reorgs: Reorg[] = []

  add(reorg: Reorg): void {
    this.#reorgs.unshift(reorg)
    this.#reorgs.length = Math.min(kept, this.#reorgs.length)
  }

  list(): readonly Reorg[] {
    return [...this.#reorgs]
  }
}
