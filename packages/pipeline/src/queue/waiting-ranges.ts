import { closeRange, openParts, type SequenceRange } from '@headwatch/protocol'

/** The numbers of one lane that wait to be taken: ascending, disjoint ranges. */
export class WaitingRanges {
  #ranges: SequenceRange[] = []

  get first(): SequenceRange | undefined {
    return this.#ranges[0]
  }

  get ranges(): readonly SequenceRange[] {
    return this.#ranges
  }

  has(sequence: bigint): boolean {
    return this.#ranges.some(({ first, last }) => first <= sequence && sequence <= last)
  }

  /** Adds numbers above all others. */
  append(range: SequenceRange): void {
    const last = this.#ranges.at(-1)
    if (last !== undefined && last.last + 1n === range.first)
      this.#ranges[this.#ranges.length - 1] = { first: last.first, last: range.last }
    else this.#ranges.push(range)
  }

  /** Adds numbers anywhere: they are taken in their place. */
  insert(range: SequenceRange): void {
    this.#ranges = [...closeRange(this.#ranges, range)]
  }

  /** Takes numbers away, wherever they are. */
  remove(range: SequenceRange): void {
    const [first] = this.#ranges
    if (first?.first !== range.first || first.last < range.last)
      this.#ranges = this.#ranges.flatMap((waiting) => openParts([range], waiting))
    else if (first.last === range.last) this.#ranges.shift()
    else this.#ranges[0] = { first: range.last + 1n, last: first.last }
  }

  /** Takes everything away. */
  takeAll(): readonly SequenceRange[] {
    return this.#ranges.splice(0)
  }
}
