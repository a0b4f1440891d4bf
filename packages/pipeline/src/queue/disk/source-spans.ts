import type { SequenceRange, Source } from '@headwatch/protocol'

/** From which number on records were numbered under which source. */
export interface SourceSpan {
  readonly from: bigint
  readonly source: Source
}

/** More than this many are not told apart: the oldest then go by the name of the one that follows. */
const maxSpans = 1_000

/** Whose number a number is. One log, many epochs: each begins where something was found wrong, or the agent got another name. */
export class SourceSpans {
  #spans: readonly SourceSpan[]
  /** The source that gives numbers now. */
  readonly current: Source

  /** Ascending, at least one. */
  constructor(spans: readonly SourceSpan[]) {
    const last = spans.at(-1)
    if (last === undefined) throw new RangeError('a log without a source')
    this.#spans = spans.slice(-maxSpans)
    this.current = last.source
  }

  get all(): readonly SourceSpan[] {
    return this.#spans
  }

  /** The source of a range's first number, and the part of the range that is its. */
  headOf({ first, last }: SequenceRange): { readonly source: Source; readonly range: SequenceRange } {
    const index = Math.max(
      0,
      this.#spans.findLastIndex(({ from }) => from <= first),
    )
    const after = this.#spans[index + 1]?.from
    const source = this.#spans[index]?.source ?? this.current
    return { source, range: { first, last: after !== undefined && after <= last ? after - 1n : last } }
  }

  /** Forgets the sources of numbers below `first`. */
  forgetBelow(first: bigint): void {
    const keep = this.#spans.findLastIndex(({ from }) => from <= first)
    if (keep > 0) this.#spans = this.#spans.slice(keep)
  }
}
