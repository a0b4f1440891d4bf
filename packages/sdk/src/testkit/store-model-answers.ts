import type { BlockReport, LogEntry, MetricSet, NodeId, NodeReport, TelemetryRecord } from '@headwatch/protocol'
import type {
  BlocksQuestion,
  LatestReading,
  LogsQuestion,
  Reception,
  Series,
  SeriesPoint,
  SeriesQuestion,
  StoredBlock,
} from '../store.ts'

interface Reading extends LatestReading {
  /** Name and labels, whatever the order of the labels. */
  readonly key: string
}

/** Series of one node's sets, in the order they were stored. */
export function seriesOf(sets: readonly TelemetryRecord<MetricSet>[], question: SeriesQuestion): readonly Series[] {
  const { from, to, names } = question
  const wanted = readingsOf(sets).filter(({ name, at }) => names.includes(name) && from <= at && at < to)
  return [...Map.groupBy(wanted, ({ key }) => key)]
    .flatMap(([key, inSeries]) => {
      const [first] = inSeries
      return first === undefined ? [] : [{ ...first, key, points: pointsOf(inSeries, question) }]
    })
    .toSorted(byName)
    .map(({ name, labels, points }) => ({ name, labels, points }))
}

/** The newest reading of each metric of one node's sets, in the order they were stored. */
export function latestOf(sets: readonly TelemetryRecord<MetricSet>[]): readonly LatestReading[] {
  const newest = new Map<string, Reading>()
  for (const reading of readingsOf(sets)) {
    if (reading.at >= (newest.get(reading.key)?.at ?? Number.NEGATIVE_INFINITY)) newest.set(reading.key, reading)
  }
  return [...newest.values()].toSorted(byName).map(({ name, labels, value, at }) => ({ name, labels, value, at }))
}

export function blocksOf(
  reports: readonly TelemetryRecord<BlockReport>[],
  question: BlocksQuestion,
): readonly StoredBlock[] {
  const { network, below, limit } = question
  const ofNetwork = reports.filter(({ origin }) => origin.network === network)
  const byHash = [...Map.groupBy(ofNetwork, ({ block }) => block.hash).values()]
  return byHash
    .flatMap((same) => (same[0] === undefined ? [] : [{ block: same[0].block, receptions: receptionsOf(same) }]))
    .filter(({ block }) => below === undefined || block.number < below)
    .toSorted(({ block: a }, { block: b }) => Number(b.number - a.number) || (a.hash < b.hash ? -1 : 1))
    .slice(0, limit)
}

export function newestReports(reports: readonly TelemetryRecord<NodeReport>[]): readonly TelemetryRecord<NodeReport>[] {
  const newest = new Map<string, TelemetryRecord<NodeReport>>()
  for (const report of reports) {
    const key = JSON.stringify([report.origin.network, report.origin.node])
    if (report.at >= (newest.get(key)?.at ?? Number.NEGATIVE_INFINITY)) newest.set(key, report)
  }
  return [...newest.values()]
}

export function logsOf(
  entries: readonly TelemetryRecord<LogEntry>[],
  question: LogsQuestion,
): readonly TelemetryRecord<LogEntry>[] {
  const { from, to, network, node, atLeast = 7, limit } = question
  const text = question.text?.toLowerCase() ?? ''
  return entries
    .filter(({ at }) => from <= at && at < to)
    .filter(({ origin }) => network === undefined || origin.network === network)
    .filter(({ origin }) => node === undefined || origin.node === node)
    .filter(({ severity }) => severity <= atLeast)
    .filter(({ message }) => message.toLowerCase().includes(text))
    .toReversed()
    .toSorted((a, b) => b.at - a.at)
    .slice(0, limit)
}

function readingsOf(sets: readonly TelemetryRecord<MetricSet>[]): readonly Reading[] {
  return sets.flatMap(({ readings, labels = {}, at }) =>
    Object.entries(readings).map(([name, value]) => ({ key: keyOf(name, labels), name, labels, value, at })),
  )
}

function keyOf(name: string, labels: Readonly<Record<string, string>>): string {
  return JSON.stringify([name, Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))])
}

function byName(a: Reading, b: Reading): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1
  return a.key < b.key ? -1 : 1
}

function pointsOf(readings: readonly Reading[], { from, to, points }: SeriesQuestion): readonly SeriesPoint[] {
  const slots = Map.groupBy(readings, ({ at }) =>
    Math.min(points - 1, Math.floor(((at - from) * points) / (to - from))),
  )
  return [...slots]
    .toSorted(([a], [b]) => a - b)
    .map(([slot, inSlot]) => ({ at: from + Math.floor((slot * (to - from)) / points), ...summaryOf(inSlot) }))
}

function summaryOf(readings: readonly Reading[]): Omit<SeriesPoint, 'at'> {
  const values = readings.map(({ value }) => Number(value))
  const newest = readings.reduce((best, reading) => (reading.at >= best.at ? reading : best))
  return {
    min: Math.min(...values),
    max: Math.max(...values),
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    last: Number(newest.value),
    count: values.length,
  }
}

function receptionsOf(reports: readonly TelemetryRecord<BlockReport>[]): readonly Reception[] {
  const earliest = new Map<NodeId, number>()
  for (const { occasion, origin, at, clock } of reports) {
    const seenAt = at + (clock?.offsetMs ?? 0)
    if (occasion === 'head') earliest.set(origin.node, Math.min(seenAt, earliest.get(origin.node) ?? seenAt))
  }
  return [...earliest]
    .map(([node, seenAt]) => ({ node, seenAt }))
    .toSorted((a, b) => a.seenAt - b.seenAt || (a.node < b.node ? -1 : 1))
}
