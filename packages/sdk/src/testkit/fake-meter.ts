import type { Meter } from '../host.ts'

/** Remembers what was counted. */
export interface FakeMeter extends Meter {
  /** The counter's or gauge's value; with labels that series alone, without them the sum of all. 0 where nothing was counted. */
  value(name: string, labels?: Readonly<Record<string, string>>): number
  /** Every name that was used, with its label sets. */
  readonly series: ReadonlyMap<string, number>
}

export function fakeMeter(): FakeMeter {
  const series = new Map<string, number>()
  return {
    series,
    count(name, by = 1, labels = {}) {
      const key = seriesKey(name, labels)
      series.set(key, (series.get(key) ?? 0) + by)
    },
    set(name, value, labels = {}) {
      series.set(seriesKey(name, labels), value)
    },
    value(name, labels) {
      if (labels !== undefined) return series.get(seriesKey(name, labels)) ?? 0
      let sum = 0
      for (const [key, value] of series) if (key.startsWith(`${name}{`)) sum += value
      return sum
    },
  }
}

/** `name{a="1",b="2"}`, labels sorted by name. */
function seriesKey(name: string, labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))
  return `${name}{${pairs.map(([label, value]) => `${label}=${JSON.stringify(value)}`).join(',')}}`
}
