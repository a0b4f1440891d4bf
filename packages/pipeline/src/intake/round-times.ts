/** Where in an interval the rounds of `key` lie: the same at every start, spread over the interval for many keys. */
export function phaseMs(key: string, everyMs: number): number {
  let hash = 0x811c9dc5 // FNV-1a
  for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193)
  return (hash >>> 0) % everyMs
}

export interface RoundTimes {
  readonly everyMs: number
  readonly phase: number
  /** Wall-clock time. */
  readonly now: number
  /** Since the round that just ended began. */
  readonly sinceStartMs: number
}

/**
 * How long until the next round: to the next moment whose wall-clock time is `phase` into an interval, and never less
 * than half an interval after the round before began, so that neither a jumping clock nor an early timer makes two of one.
 */
export function nextRoundMs({ everyMs, phase, now, sinceStartMs }: RoundTimes): number {
  const into = (((now - phase) % everyMs) + everyMs) % everyMs
  const waitMs = everyMs - into
  return sinceStartMs + waitMs < everyMs / 2 ? waitMs + everyMs : waitMs
}
