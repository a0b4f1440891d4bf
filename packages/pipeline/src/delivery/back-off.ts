/** Full jitter: anything from 0 to `firstMs * 2^failures`, at most `maxMs`, so that many who failed together do not return together. */
export function backOffMs(
  failures: number,
  firstMs: number,
  maxMs: number,
  random: () => number = Math.random,
): number {
  return random() * Math.min(maxMs, firstMs * 2 ** Math.min(failures, 30))
}
