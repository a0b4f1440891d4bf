import type { PropagationBucket } from '@headwatch/protocol'

/** A percentile read off a histogram, in milliseconds; `atLeast` when it lies in the last, open bucket. */
export interface Percentile {
  readonly ms: number
  readonly reads: 'about' | 'atLeast'
}

/** The delay that `share` (0 to 1) of the counted ones do not exceed, straight inside a bucket. Undefined without counts. */
export function percentileOf(buckets: readonly PropagationBucket[], share: number): Percentile | undefined {
  const total = buckets.reduce((sum, bucket) => sum + bucket.count, 0)
  if (total === 0) return undefined
  let below = 0
  for (const [index, { fromMs, count }] of buckets.entries()) {
    const next = buckets[index + 1]
    if (count > 0 && below + count >= share * total) {
      if (next === undefined) return { ms: fromMs, reads: 'atLeast' }
      return { ms: fromMs + ((share * total - below) / count) * (next.fromMs - fromMs), reads: 'about' }
    }
    below += count
  }
  return undefined
}
