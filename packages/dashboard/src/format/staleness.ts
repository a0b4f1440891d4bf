/** Whether a value is as young as its source promises. */
export type Staleness = 'fresh' | 'minor' | 'major'

/** `minor` after 3 intervals, `major` after 10. Without a known interval nothing can be called old. */
export function stalenessOf(ageMs: number, intervalMs: number | undefined): Staleness {
  if (intervalMs === undefined || intervalMs <= 0) return 'fresh'
  if (ageMs > 10 * intervalMs) return 'major'
  return ageMs > 3 * intervalMs ? 'minor' : 'fresh'
}
