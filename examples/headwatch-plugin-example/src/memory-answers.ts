import type {
  BlockReport,
  BlocksQuestion,
  LatestReading,
  MetricSet,
  NodeKey,
  Reception,
  Series,
  SeriesPoint,
  SeriesQuestion,
  StoredBlock,
  TelemetryRecord,
} from '@headwatch/sdk'

/** All in the order they were stored, which decides between readings of the same moment. */
export function seriesIn(sets: readonly TelemetryRecord<MetricSet>[], question: SeriesQuestion): readonly Series[] {
  const { from, to, names } = question
  const wanted = readingsOf(sets, question).filter(({ name, at }) => names.includes(name) && from <= at && at < to)
  const groups = Map.groupBy(wanted, seriesKey).values()
  return [...groups]
    .flatMap(([first, ...others]) => (first === undefined ? [] : [[first, ...others] as const]))
    .toSorted(([a], [b]) => byName(a, b))
    .map((readings) => ({ name: readings[0].name, labels: readings[0].labels, points: pointsOf(readings, question) }))
}

export function latestIn(sets: readonly TelemetryRecord<MetricSet>[], key: NodeKey): readonly LatestReading[] {
  const byTime = readingsOf(sets, key).toSorted((a, b) => a.at - b.at)
  return [...new Map(byTime.map((reading) => [seriesKey(reading), reading])).values()].toSorted(byName)
}

export function blocksIn(
  reports: readonly TelemetryRecord<BlockReport>[],
  { network, below, limit }: BlocksQuestion,
): readonly StoredBlock[] {
  const wanted = reports.filter(
    ({ origin, block }) => origin.network === network && (below === undefined || block.number < below),
  )
  return [...Map.groupBy(wanted, ({ block }) => block.hash).values()]
    .flatMap((same) => (same[0] === undefined ? [] : [{ block: same[0].block, receptions: receptionsOf(same) }]))
    .toSorted(({ block: a }, { block: b }) => Number(b.number - a.number) || (a.hash < b.hash ? -1 : 1))
    .slice(0, limit)
}

function readingsOf(sets: readonly TelemetryRecord<MetricSet>[], { network, node }: NodeKey): LatestReading[] {
  return sets
    .filter(({ origin }) => origin.network === network && origin.node === node)
    .flatMap(({ readings, labels = {}, at }) =>
      Object.entries(readings).map(([name, value]) => ({ name, labels, value, at })),
    )
}

/** Name and labels, whatever the order of the labels. */
function seriesKey({ name, labels }: LatestReading): string {
  return JSON.stringify([name, Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))])
}

function byName(a: LatestReading, b: LatestReading): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1
  return seriesKey(a) < seriesKey(b) ? -1 : 1
}

function pointsOf(readings: readonly LatestReading[], { from, to, points }: SeriesQuestion): readonly SeriesPoint[] {
  const slotOf = ({ at }: LatestReading): number =>
    Math.min(points - 1, Math.floor(((at - from) * points) / (to - from)))
  return [...Map.groupBy(readings, slotOf)]
    .toSorted(([a], [b]) => a - b)
    .map(([slot, inSlot]) => ({ at: from + Math.floor((slot * (to - from)) / points), ...summaryOf(inSlot) }))
}

function summaryOf(readings: readonly LatestReading[]): Omit<SeriesPoint, 'at'> {
  const values = readings.map(({ value }) => Number(value))
  const newest = readings.reduce((best, reading) => (reading.at >= best.at ? reading : best))
  return {
    min: values.reduce((least, value) => Math.min(least, value)),
    max: values.reduce((most, value) => Math.max(most, value)),
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    last: Number(newest.value),
    count: values.length,
  }
}

/** Only new heads say when a block came, and of several reports of one node the earliest. */
function receptionsOf(reports: readonly TelemetryRecord<BlockReport>[]): readonly Reception[] {
  const earliest = new Map<string, number>()
  for (const { occasion, origin, at, clock } of reports) {
    const seenAt = at + (clock?.offsetMs ?? 0)
    if (occasion === 'head') earliest.set(origin.node, Math.min(seenAt, earliest.get(origin.node) ?? seenAt))
  }
  return [...earliest]
    .map(([node, seenAt]) => ({ node, seenAt }))
    .toSorted((a, b) => a.seenAt - b.seenAt || (a.node < b.node ? -1 : 1))
}
