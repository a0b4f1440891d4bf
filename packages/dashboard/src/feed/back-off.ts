const firstMs = 500
const longestMs = 15_000

/** How long to wait before try `attempt` (from 0): doubling, at most 15 s, of which a random half so that viewers spread. */
export function backOffMs(attempt: number, random: number): number {
  const ceilingMs = Math.min(longestMs, firstMs * 2 ** Math.min(attempt, 10))
  return Math.round(ceilingMs / 2 + (random * ceilingMs) / 2)
}
