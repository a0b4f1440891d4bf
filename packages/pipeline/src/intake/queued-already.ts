import { type Batch, closeRange, openParts, rangeOf, type SequenceRange, sourceText } from '@headwatch/protocol'

/** Sources remembered at most; of the one remembered longest, repeats go into the queue once more. */
const maxSources = 10_000
/** Runs remembered of one source, likewise. */
const maxRuns = 64

/**
 * What was put into a queue and not yet answered for: its sender will repeat it, and the queue shall have it once. A start
 * forgets it, so that after a crash something may go out twice, under the same identity.
 */
export class QueuedAlready {
  readonly #ranges = new Map<string, readonly SequenceRange[]>()

  /** The parts of the batch that were not put yet. */
  missing(batch: Batch): readonly SequenceRange[] {
    return openParts(this.#ranges.get(sourceText(batch.source)) ?? [], rangeOf(batch))
  }

  put(batch: Batch): void {
    const key = sourceText(batch.source)
    this.#ranges.set(key, closeRange(this.#ranges.get(key) ?? [], rangeOf(batch)).slice(-maxRuns))
    const [first] = this.#ranges.keys()
    if (this.#ranges.size > maxSources && first !== undefined) this.#ranges.delete(first)
  }

  /** Its sender was answered and will not come with it again. */
  answered(batch: Batch): void {
    const key = sourceText(batch.source)
    const left = (this.#ranges.get(key) ?? []).flatMap((range) => openParts([rangeOf(batch)], range))
    if (left.length === 0) this.#ranges.delete(key)
    else this.#ranges.set(key, left)
  }
}
