import { type Batch, closeRange, rangeOf, type SequenceRange, sourceText } from '@headwatch/protocol'

/** Sources remembered at most; the one heard of longest ago is forgotten, and known anew with its next batch. */
const maxSources = 50_000
/** Runs remembered of one source: as many as a store does. */
const maxRuns = 8

/** Which numbers of each source a log has taken to pass on, since the start of the program. */
export class PassedRanges {
  readonly #ranges = new Map<string, readonly SequenceRange[]>()

  /** The nearest run of numbers below those of a batch that was passed on. */
  before({ source, first }: Batch): SequenceRange | undefined {
    const run = this.#ranges.get(sourceText(source))?.findLast((range) => range.first < first)
    return run === undefined || run.last < first ? run : { first: run.first, last: first - 1n }
  }

  /** The log has taken a batch. */
  add(batch: Batch): void {
    const key = sourceText(batch.source)
    const before = this.#ranges.get(key) ?? []
    this.#ranges.delete(key)
    this.#ranges.set(key, closeRange(before, rangeOf(batch)).slice(-maxRuns))
    const [oldest] = this.#ranges.keys()
    if (this.#ranges.size > maxSources && oldest !== undefined) this.#ranges.delete(oldest)
  }
}
