import type { PlannedChart } from './chart-plan.ts'

/** A stretch in which nothing at all was received, in milliseconds. */
export interface Hole {
  readonly from: number
  readonly to: number
}

/** The holes that all of a node's charts share, within `from` to `to`. A rhythm slower than a slot is no row of holes. */
export function holesOf(charts: readonly PlannedChart[], slotMs: number, from: number, to: number): readonly Hole[] {
  const heard = new Set(charts.flatMap(({ times, values }) => times.filter((_, index) => values[index] !== null)))
  const times = [...heard].map((seconds) => seconds * 1000).sort((one, other) => one - other)
  const steps = times.slice(1).map((at, index) => at - (times[index] ?? at))
  const usualMs = Math.max(slotMs, steps.toSorted((one, other) => one - other)[Math.floor(steps.length / 2)] ?? 0)
  if (times.length === 0) return []
  const edges = [from, ...times, to]
  return edges.slice(1).flatMap((at, index): readonly Hole[] => {
    const before = edges[index] ?? at
    return at - before > 2.5 * usualMs ? [{ from: before, to: at }] : []
  })
}
