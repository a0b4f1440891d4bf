import type { Meter } from '@headwatch/sdk'

type Labels = Readonly<Record<string, string>>

interface Series {
  readonly labels: Labels
  value: number
}

/** A metric as it stands. Counters end in `_total` and only grow. */
export interface Metric {
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly series: readonly { readonly labels: Labels; readonly value: number }[]
}

const maxSeriesPerMetric = 1_000

/** The program's own counters and gauges. Bounded: beyond a thousand label sets of one metric further ones share the label `other`. */
export class MetricRegistry implements Meter {
  readonly #metrics = new Map<string, Map<string, Series>>()
  readonly #probes: ((meter: Meter) => void)[] = []

  count(name: string, by = 1, labels: Labels = {}): void {
    this.#series(name, labels).value += by
  }

  set(name: string, value: number, labels: Labels = {}): void {
    this.#series(name, labels).value = value
  }

  /** Asked for values only when somebody looks. */
  probe(read: (meter: Meter) => void): void {
    this.#probes.push(read)
  }

  /** The sum of a counter over all its labels. */
  total(name: string): number {
    let sum = 0
    for (const { value } of this.#metrics.get(name)?.values() ?? []) sum += value
    return sum
  }

  /** Every metric in the order of its name. */
  read(): readonly Metric[] {
    for (const probe of this.#probes) probe(this)
    const names = [...this.#metrics.keys()].sort()
    return names.map((name) => ({
      name,
      type: name.endsWith('_total') ? 'counter' : 'gauge',
      series: [...(this.#metrics.get(name)?.values() ?? [])],
    }))
  }

  #series(name: string, labels: Labels): Series {
    const all = this.#metrics.get(name) ?? new Map<string, Series>()
    this.#metrics.set(name, all)
    const key = keyOf(labels)
    const known = all.get(key)
    if (known !== undefined) return known
    const isFull = all.size >= maxSeriesPerMetric
    if (isFull && key !== otherKey) return this.#series(name, other)
    const series = { labels, value: 0 }
    all.set(key, series)
    return series
  }
}

const other: Labels = { other: 'true' }
const otherKey = keyOf(other)

function keyOf(labels: Labels): string {
  let key = ''
  for (const name in labels) key += `${name}\u0000${labels[name]}\u0000`
  return key
}
