import type { Lane } from '@headwatch/protocol'

/** What a frame takes of the credit. */
export interface Size {
  readonly records: number
  readonly bytes: number
}

/** A frame that has come and is not answered. */
export interface LedgerEntry {
  readonly stream: string
  readonly lane: Lane
  readonly first: bigint
  readonly last: bigint
  readonly size: Size
  state: 'open' | 'kept' | 'refused'
}

/** The frames of one lane in the order they came: acknowledges a frame only after every one before it has its answer. */
export class LaneLedger {
  readonly stream: string
  readonly lane: Lane
  readonly #entries: LedgerEntry[] = []
  #highest = -1n
  #through: bigint | undefined

  constructor(stream: string, lane: Lane) {
    this.stream = stream
    this.lane = lane
  }

  /** The frame's place; undefined when its numbers are lower than the protocol allows now. */
  add(range: { readonly first: bigint; readonly last: bigint }, size: Size): LedgerEntry | undefined {
    if (range.first <= this.#highest && this.#entries.length > 0) return undefined
    const entry: LedgerEntry = { stream: this.stream, lane: this.lane, ...range, size, state: 'open' }
    this.#entries.push(entry)
    this.#highest = range.last
    return entry
  }

  /** The records of frames that have their answer now and all before them too, and had not before this call. */
  settle(entry: LedgerEntry, state: 'kept' | 'refused'): number {
    entry.state = state
    let freed = 0
    while (this.#entries[0] !== undefined && this.#entries[0].state !== 'open') {
      const done = this.#entries.shift()
      if (done?.state === 'kept') this.#through = done.last
      freed += done?.size.records ?? 0
    }
    return freed
  }

  /** The end of what is to be acknowledged; undefined when nothing is new since the call before. */
  takeThrough(): bigint | undefined {
    const through = this.#through
    this.#through = undefined
    return through
  }
}
