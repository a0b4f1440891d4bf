import type { PropagationBucket } from '@headwatch/protocol'

/** Ends an axis may have, in milliseconds. */
const ends = [500, 1_000, 2_000]

/** The buckets up to the first round end that leaves no more than one in a hundred beyond it; the last one is open. */
export function shownBuckets(buckets: readonly PropagationBucket[]): readonly PropagationBucket[] {
  const total = buckets.reduce((sum, { count }) => sum + count, 0)
  for (const end of ends) {
    const beyond = buckets.filter(({ fromMs }) => fromMs >= end).reduce((sum, { count }) => sum + count, 0)
    if (total > 0 && beyond <= total / 100 && buckets.some(({ fromMs }) => fromMs === end))
      return [...buckets.filter(({ fromMs }) => fromMs < end), { fromMs: end, count: beyond }]
  }
  return buckets
}
