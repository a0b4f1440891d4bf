import type { Series, SeriesPoint, SeriesQuestion } from '@headwatch/sdk'
import { labelsFrom, labelsText } from './dictionary.ts'
import { overlaps } from './extent.ts'
import type { PartitionReader } from './partition-reader.ts'
import { decodeReadings } from './readings-blob.ts'

interface Slot {
  min: number
  max: number
  sum: number
  count: number
  last: number
  lastAt: number
  /** Row id of `last` in the partition being read, so that of equal times the one stored last wins. */
  lastRow: number
}

interface Wanted {
  readonly name: string
  readonly labels: string
  readonly slots: Map<number, Slot>
}

/** Where in a set's values the wanted ones stand. */
type Places = readonly { readonly index: number; readonly wanted: Wanted }[]

const checkEvery = 256

/** Answers from partitions given oldest first. `check` throws when nobody waits for the answer any more. */
export function seriesAnswer(
  partitions: readonly PartitionReader[],
  question: SeriesQuestion,
  check: () => void,
): readonly Series[] {
  const wanted = new Map<string, Wanted>()
  for (const partition of partitions) {
    check()
    if (overlaps(partition.extent, 'metrics', question.from, question.to))
      readPartition(partition, question, wanted, check)
  }
  return [...wanted.values()]
    .filter(({ slots }) => slots.size > 0)
    .sort((a, b) => compare(a.name, b.name) || compare(a.labels, b.labels))
    .map(({ name, labels, slots }) => ({ name, labels: labelsFrom(labels), points: pointsOf(slots, question) }))
}

function readPartition(
  partition: PartitionReader,
  question: SeriesQuestion,
  wanted: Map<string, Wanted>,
  check: () => void,
): void {
  const places = placesOf(partition, question.names, wanted)
  if (places.size === 0) return
  for (const { slots } of wanted.values()) for (const slot of slots.values()) slot.lastRow = 0
  for (const [id, { network, node }] of partition.origins()) {
    if (node === question.node && network === question.network) readOrigin(partition, id, question, places, check)
  }
}

function readOrigin(
  partition: PartitionReader,
  origin: number,
  { from, to, points }: SeriesQuestion,
  places: ReadonlyMap<number, Places>,
  check: () => void,
): void {
  const rows = partition.prepare('SELECT id, at, shape, readings FROM metric WHERE origin = ? AND at >= ? AND at < ?')
  let read = 0
  for (const row of rows.iterate(origin, from, to)) {
    const [rowId, at, shape, blob] = row as unknown as [number, number, number, Uint8Array]
    read += 1
    if (read % checkEvery === 0) check()
    const inSet = places.get(shape)
    if (inSet === undefined) continue
    const slot = Math.min(points - 1, Math.floor(((at - from) * points) / (to - from)))
    const values = decodeReadings(blob)
    for (const { index, wanted } of inSet) addTo(wanted.slots, slot, Number(values[index]), at, rowId)
  }
}

function placesOf(
  partition: PartitionReader,
  names: readonly string[],
  wanted: Map<string, Wanted>,
): Map<number, Places> {
  const asked = new Set(names)
  const places = new Map<number, Places>()
  for (const [id, shape] of partition.shapes()) {
    const labels = labelsText(shape.labels)
    const inSet = shape.names.flatMap((name, index) =>
      asked.has(name) ? [{ index, wanted: kept(wanted, name, labels) }] : [],
    )
    if (inSet.length > 0) places.set(id, inSet)
  }
  return places
}

function kept(wanted: Map<string, Wanted>, name: string, labels: string): Wanted {
  const known = wanted.get(labels + name) ?? { name, labels, slots: new Map() }
  wanted.set(labels + name, known)
  return known
}

function addTo(slots: Map<number, Slot>, index: number, value: number, at: number, row: number): void {
  const slot = slots.get(index)
  if (slot === undefined) {
    slots.set(index, { min: value, max: value, sum: value, count: 1, last: value, lastAt: at, lastRow: row })
    return
  }
  slot.min = Math.min(slot.min, value)
  slot.max = Math.max(slot.max, value)
  slot.sum += value
  slot.count += 1
  if (at < slot.lastAt || (at === slot.lastAt && row < slot.lastRow)) return
  slot.last = value
  slot.lastAt = at
  slot.lastRow = row
}

function pointsOf(slots: ReadonlyMap<number, Slot>, { from, to, points }: SeriesQuestion): readonly SeriesPoint[] {
  return [...slots]
    .sort(([a], [b]) => a - b)
    .map(([slot, { min, max, sum, last, count }]) => ({
      at: from + Math.floor((slot * (to - from)) / points),
      min,
      max,
      mean: sum / count,
      last,
      count,
    }))
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
