import { type GapReason, openParts, type SequenceRange } from '@headwatch/protocol'

/** Numbers that somebody waits for and that will never come, and why. */
export interface Hole extends SequenceRange {
  readonly reason: GapReason
}

/** The holes of a log: ascending, disjoint. */
export class Holes {
  #holes: readonly Hole[] = []

  get all(): readonly Hole[] {
    return this.#holes
  }

  /** Adds what is not a hole already; returns that. */
  add({ first, last, reason }: Hole): readonly Hole[] {
    const added = openParts(this.#holes, { first, last }).map((part) => ({ ...part, reason }))
    this.#holes = [...this.#holes, ...added].sort((a, b) => (a.first < b.first ? -1 : 1)).reduce(joined, [])
    return added
  }

  /** The hole that a number lies in. */
  at(sequence: bigint): Hole | undefined {
    return this.#holes.find(({ first, last }) => first <= sequence && sequence <= last)
  }

  /** The part of a range before its first hole; the range must not begin in one. */
  before({ first, last }: SequenceRange): SequenceRange {
    const next = this.#holes.find((hole) => hole.first > first)
    return { first, last: next !== undefined && next.first <= last ? next.first - 1n : last }
  }

  /** The parts of a range that are no hole. */
  outside(range: SequenceRange): readonly SequenceRange[] {
    return openParts(this.#holes, range)
  }

  /** Forgets the holes that nobody waits for. */
  keepOnly(open: readonly SequenceRange[]): void {
    this.#holes = this.#holes.filter((hole) =>
      open.some((range) => range.first <= hole.last && hole.first <= range.last),
    )
  }
}

function joined(before: readonly Hole[], hole: Hole): readonly Hole[] {
  const last = before.at(-1)
  if (last === undefined || last.last + 1n !== hole.first || last.reason !== hole.reason) return [...before, hole]
  return [...before.slice(0, -1), { ...last, last: hole.last }]
}
