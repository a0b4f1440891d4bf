import type { Row } from '@headwatch/protocol/reporting'

/** `before` in its order with the values of `now`; a row that left keeps its last value. */
export function holdOrder(before: readonly Row[], now: readonly Row[]): readonly Row[] {
  const values = new Map(now.map((row) => [row.key, row]))
  return before.map((row) => values.get(row.key) ?? row)
}

/** How many rows of `held` stand elsewhere, or no more, in `now`. */
export function movesWaiting(held: readonly Row[] | undefined, now: readonly Row[] | undefined): number {
  if (held === undefined || now === undefined) return 0
  return held.filter((row, index) => row.key !== now[index]?.key).length
}
