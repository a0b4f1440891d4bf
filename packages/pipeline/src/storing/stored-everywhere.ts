import { openParts, type SequenceRange } from '@headwatch/protocol'
import type { StoreReader } from '@headwatch/sdk'

/**
 * What every one of `stores` has of a source: a sender that is told repeats nothing of it, so what only some have is left
 * out. Nothing where there is no store.
 */
export function storedEverywhere(stores: readonly StoreReader[]): StoreReader['storedRanges'] {
  return async (source, signal) => {
    const [first = [], ...others] = await Promise.all(stores.map((store) => store.storedRanges(source, signal)))
    return others.reduce(common, first)
  }
}

/** The numbers that lie in both lists, each of them ascending and disjoint. */
function common(one: readonly SequenceRange[], other: readonly SequenceRange[]): readonly SequenceRange[] {
  return one.flatMap((range) => openParts(openParts(other, range), range))
}
