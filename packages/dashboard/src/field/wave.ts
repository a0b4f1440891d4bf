/** How long a dot stays bright after it took the block, on the screen. */
const flashMs = 480
/** What a sweep over a well network takes. */
const usualSweepMs = 1_000

/** One block's way through the field, slowed down so that eyes can follow. */
export interface Wave {
  /** How many times slower than it was. */
  readonly slower: number
  /** When the block was first seen, by `performance.now()`. */
  readonly startedAt: number
}

/** As slow as lets a usual sweep end before the next block. */
export function waveOf(startedAt: number, blockTimeS: number | undefined): Wave {
  const roomMs = (blockTimeS ?? 12) * 1000 * 0.8
  return { slower: [4, 2].find((slower) => slower * usualSweepMs <= roomMs) ?? 1, startedAt }
}

/** How far the wave is at `now`, in milliseconds of the network. */
export function reachedMs({ slower, startedAt }: Wave, now: number): number {
  return Math.max(0, (now - startedAt) / slower)
}

/** How fresh a dot is that took the block after `delayMs`: 1 as it takes it, 0 when it has cooled; below 0 it has not got it. */
export function freshness(wave: Wave, reached: number, delayMs: number): number {
  return reached < delayMs ? -1 : Math.max(0, 1 - ((reached - delayMs) * wave.slower) / flashMs)
}
