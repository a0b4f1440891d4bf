import type { Row, RowWindow } from '@headwatch/protocol/reporting'

interface Stretch {
  readonly offset: number
  readonly rows: readonly Row[]
}

/** Rows more in each direction while the order is held. */
const widerRows = 200

/** The server gives at most so many rows at once; a list of so many is held whole. */
const mostRows = 500

/** `before` in its order with the values of `now`; a row that left keeps its last value. */
export function holdOrder(before: readonly Row[], now: readonly Row[]): readonly Row[] {
  const values = new Map(now.map((row) => [row.key, row]))
  return before.map((row) => values.get(row.key) ?? row)
}

/** How many rows of `held` stand elsewhere, or no more, in `now`. */
export function movesWaiting(held: Stretch | undefined, now: Stretch | undefined): number {
  if (held === undefined || now === undefined) return 0
  const shift = held.offset - now.offset
  return held.rows.filter((row, index) => row.key !== now.rows[index + shift]?.key).length
}

/** The window with so many rows around it that most that move stay inside. */
export function widened({ offset, count }: RowWindow, total: number): RowWindow {
  if (total <= mostRows) return { offset: 0, count: total }
  const from = Math.max(0, offset - widerRows)
  return { offset: from, count: Math.min(mostRows, Math.min(total, offset + count + widerRows) - from) }
}
