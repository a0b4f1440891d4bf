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

const maxMetrics = 2_000
const maxSeriesPerMetric = 1_000
const maxLabelLength = 256

/** Where everything goes that there is no place for, and names that no reader would understand. */
const refusedName = 'headwatch_refused_readings_total'
const other: Labels = { other: 'true' }

/**
 * The program's own counters and gauges. Bounded: beyond a thousand label sets of one metric further ones share the
 * label `other`; beyond two thousand metrics further ones are only counted. Never throws: what is wrong is counted too.
 */
export class MetricRegistry implements Meter {
  /** By name, then by labels, as they were given and as they are written. */
  readonly #metrics = new Map<string, Map<string, Series>>()
  readonly #probes = new Set<(meter: Meter) => void>()

  /** Adds to a counter. A negative or infinite number is refused. */
  count(name: string, by = 1, labels: Labels = {}): void {
    if (!(by >= 0 && by < Number.POSITIVE_INFINITY) || !name.endsWith('_total')) return this.#refuse()
    const series = this.#series(name, labels)
    if (series !== undefined) series.value += by
  }

  set(name: string, value: number, labels: Labels = {}): void {
    const series = this.#series(name, labels)
    if (series !== undefined) series.value = value
  }

  /** Asked for values only when somebody looks. Returns how to stop that. */
  probe(read: (meter: Meter) => void): () => void {
    this.#probes.add(read)
    return () => void this.#probes.delete(read)
  }

  /** The sum of a counter over all series that have `labels`; one that is undefined must not be there. */
  total(name: string, labels: Readonly<Record<string, string | undefined>> = {}): number {
    const wanted = Object.entries(labels)
    let sum = 0
    for (const series of new Set(this.#metrics.get(name)?.values()))
      if (wanted.every(([label, value]) => series.labels[label] === value)) sum += series.value
    return sum
  }

  /** Every metric in the order of its name. */
  read(): readonly Metric[] {
    for (const probe of this.#probes) probe(this)
    const names = [...this.#metrics.keys()].sort()
    return names.map((name) => ({
      name,
      type: name.endsWith('_total') ? 'counter' : 'gauge',
      series: [...new Set(this.#metrics.get(name)?.values())],
    }))
  }

  #series(name: string, labels: Labels): Series | undefined {
    const all = this.#metrics.get(name) ?? this.#metric(name)
    if (all === undefined) return void this.#refuse()
    const key = keyOf(labels)
    const known = all.get(key)
    if (known !== undefined) return known
    if (all.size >= maxSeriesPerMetric && labels !== other) return this.#series(name, other)
    const tidied = tidy(labels)
    const tidyKey = keyOf(tidied)
    const series = all.get(tidyKey) ?? { labels: tidied, value: 0 }
    all.set(tidyKey, series)
    all.set(key, series)
    return series
  }

  #metric(name: string): Map<string, Series> | undefined {
    if (!/^[a-z_][a-z0-9_]*$/.test(name) || (this.#metrics.size >= maxMetrics && name !== refusedName)) return undefined
    const series = new Map<string, Series>()
    this.#metrics.set(name, series)
    return series
  }

  #refuse(): void {
    this.count(refusedName)
  }
}

function keyOf(labels: Labels): string {
  let key = ''
  for (const name in labels) key += `${name}\u0000${labels[name]}\u0000`
  return key
}

/** Label names as every reader takes them, values cut to a length that nobody minds. */
function tidy(labels: Labels): Labels {
  return Object.fromEntries(
    Object.entries(labels).map(([name, value]) => [
      name.replace(/^(?![a-zA-Z_])/, '_').replaceAll(/[^a-zA-Z0-9_]/g, '_'),
      String(value).slice(0, maxLabelLength),
    ]),
  )
}
