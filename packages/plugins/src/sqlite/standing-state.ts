import type { DatabaseSync } from 'node:sqlite'
import {
  type AgentId,
  type Alarm,
  AlarmBook,
  type AlarmTransition,
  alarmKeyText,
  closeRange,
  type MetricValue,
  type NodeReport,
  type SequenceRange,
  type Source,
  sourceText,
  type TelemetryRecord,
  type UnixMs,
} from '@headwatch/protocol'
import type { LatestReading, NodeKey, TimeRange } from '@headwatch/sdk'
import type { Row, ShapedMetrics } from './crossing/packed-commit.ts'
import { labelsFrom, labelsText, originsOf, rowsOf, type Shape, shapesOf, sourcesOf } from './dictionary.ts'
import type { LivePartition } from './live-partition.ts'
import { decodeReadings } from './readings-blob.ts'
import { nodeReportFrom, textOf } from './record-text.ts'

/** Upper bounds of what is kept in memory and carried from file to file. */
const standingLimits = {
  /** Nodes; beyond it new ones are not remembered (their rows are stored all the same). */
  nodes: 100_000,
  /** Metrics of one node, likewise. */
  metricsOfNode: 2_000,
  /** Epochs of one stream of an agent; beyond it the one written to longest ago is forgotten. */
  epochs: 16,
  /** Streams of an agent, likewise: it may name as many as it likes. */
  streamsOfAgent: 256,
} as const

/** Changed in place: this is where the store spends its time. */
interface Standing {
  at: UnixMs
  value: MetricValue
}

/** What is stored under one epoch. */
interface EpochRanges {
  readonly source: Source
  /** The epochs of its stream, itself among them. */
  readonly stream: ReadonlyMap<string, EpochRanges>
  ranges: readonly SequenceRange[]
  /** Grows with every write to any stream. */
  writtenAt: number
  isForgotten: boolean
}

/** A node's metrics by labels, then by name. */
interface NodeReadings {
  count: number
  readonly byLabels: Map<string, Map<string, Standing>>
}

/**
 * What outlives every partition: stored ranges, newest readings and reports, alarms. A partition begins with a copy of it, so that
 * the newest partition alone is enough to have it again.
 */
export class StandingState {
  /** By stream, then by epoch; the epoch written to last comes last. */
  readonly #ranges = new Map<string, Map<string, EpochRanges>>()
  /** The streams of each agent, by the same text. */
  readonly #streams = new Map<AgentId, Set<string>>()
  #writes = 0
  /** Of sources that come again and again, without making a key. */
  readonly #rangesAtHand = new WeakMap<Source, EpochRanges>()
  /** The labels of shapes as text, made once. */
  readonly #labels = new WeakMap<Shape, string>()
  /** By network, then by node. */
  readonly #readings = new Map<string, Map<string, NodeReadings>>()
  #readingNodes = 0
  readonly #reports = new Map<string, TelemetryRecord<NodeReport>>()
  readonly #alarms = new AlarmBook()
  /** How often something was not remembered for want of room since it was last asked. */
  readonly forgotten = { node: 0, metric: 0, epoch: 0 }

  rangesOf(source: Source): readonly SequenceRange[] {
    const atHand = this.#rangesAtHand.get(source)
    if (atHand !== undefined && !atHand.isForgotten) return atHand.ranges
    return this.#ranges.get(streamText(source))?.get(source.epoch)?.ranges ?? []
  }

  close(source: Source, range: SequenceRange): void {
    const known = this.#epochOf(source)
    known.ranges = closeRange(known.ranges, range)
    known.writtenAt = ++this.#writes
  }

  #epochOf(source: Source): EpochRanges {
    const atHand = this.#rangesAtHand.get(source)
    if (atHand !== undefined && !atHand.isForgotten && atHand.stream.size === 1) return atHand
    const text = streamText(source)
    const stream = this.#ranges.get(text) ?? new Map<string, EpochRanges>()
    const known = stream.get(source.epoch) ?? {
      source,
      stream,
      ranges: [],
      writtenAt: ++this.#writes,
      isForgotten: false,
    }
    if (stream.size === 0) this.#addStream(source.agent, text)
    this.#ranges.set(text, stream)
    stream.delete(source.epoch)
    stream.set(source.epoch, known)
    this.#rangesAtHand.set(source, known)
    if (stream.size > standingLimits.epochs) this.#forgetOldest(stream)
    return known
  }

  #addStream(agent: AgentId, text: string): void {
    const streams = this.#streams.get(agent) ?? new Set()
    this.#streams.set(agent, streams)
    if (streams.size >= standingLimits.streamsOfAgent) this.#forgetOldestStream(streams)
    streams.add(text)
  }

  #forgetOldestStream(streams: Set<string>): void {
    const writtenAt = (text: string): number =>
      [...(this.#ranges.get(text)?.values() ?? [])].reduce((last, epoch) => Math.max(last, epoch.writtenAt), 0)
    const oldest = [...streams].reduce((a, b) => (writtenAt(a) <= writtenAt(b) ? a : b))
    for (const epoch of this.#ranges.get(oldest)?.values() ?? []) {
      epoch.isForgotten = true
      this.forgotten.epoch += 1
    }
    this.#ranges.delete(oldest)
    streams.delete(oldest)
  }

  #forgetOldest(stream: Map<string, EpochRanges>): void {
    for (const [epoch, oldest] of stream) {
      oldest.isForgotten = true
      stream.delete(epoch)
      this.forgotten.epoch += 1
      return
    }
  }

  apply(record: Row): void {
    if (record.type === 'metrics') this.#read(record)
    else if (record.type === 'node') this.#report(record)
    else if (record.type === 'alarm') this.#alarms.apply(record, record.at)
  }

  latest({ network, node }: NodeKey): readonly LatestReading[] {
    return rowsOfNode(this.#readings.get(network)?.get(node))
      .sort(([nameA, labelsA], [nameB, labelsB]) => compare(nameA, nameB) || compare(labelsA, labelsB))
      .map(([name, labels, at, value]) => ({ name, labels: labelsFrom(labels), value, at }))
  }

  nodes(): readonly TelemetryRecord<NodeReport>[] {
    return [...this.#reports.values()]
  }

  alarms({ from, to, limit }: TimeRange & { readonly limit: number }): readonly Alarm[] {
    return this.#alarms
      .list()
      .filter(({ changedAt }) => from <= changedAt && changedAt < to)
      .sort((a, b) => b.changedAt - a.changedAt || compare(alarmKeyText(a.key), alarmKeyText(b.key)))
      .slice(0, limit)
  }

  /** Writes all of it into a partition that is just being made. */
  carryInto(partition: LivePartition): void {
    for (const epochs of this.#ranges.values()) {
      for (const { source, ranges } of epochs.values()) for (const range of ranges) partition.close(source, range)
    }
    for (const [network, nodes] of this.#readings) {
      for (const [node, readings] of nodes) partition.state('readings', textOf([network, node, rowsOfNode(readings)]))
    }
    for (const report of this.#reports.values()) partition.state('report', textOf(report))
    this.#carryAlarmsInto(partition)
  }

  #carryAlarmsInto(partition: LivePartition): void {
    for (const { settled, steps } of this.#alarms.histories()) {
      if (settled !== undefined) partition.state('alarm', textOf(settled))
      for (const step of steps) partition.state('alarm_step', textOf(step))
    }
  }

  /** Reads a partition: what it began with, then its rows in the order they were stored. */
  static from(db: DatabaseSync): StandingState {
    const state = new StandingState()
    state.#restoreRanges(db)
    for (const [kind, body] of rowsOf(db.prepare('SELECT kind, body FROM state')))
      state.#restore(String(kind), String(body))
    state.#replayMetrics(db)
    for (const [body] of rowsOf(db.prepare('SELECT body FROM node_report ORDER BY id'))) {
      state.#report(nodeReportFrom(String(body)))
    }
    for (const [body] of rowsOf(db.prepare('SELECT body FROM alarm_step ORDER BY id'))) {
      state.apply(JSON.parse(String(body)) as TelemetryRecord<AlarmTransition>)
    }
    return state
  }

  #restoreRanges(db: DatabaseSync): void {
    const sources = sourcesOf(db)
    const statement = db.prepare('SELECT source, first, last FROM closed ORDER BY id')
    statement.setReadBigInts(true)
    statement.setReturnArrays(true)
    for (const row of statement.iterate()) {
      const [id, first, last] = row as unknown as [bigint, bigint, bigint]
      const source = sources.get(Number(id))
      if (source !== undefined) this.close(source, { first, last })
    }
  }

  #restore(kind: string, body: string): void {
    if (kind === 'report') this.#report(nodeReportFrom(body))
    if (kind === 'alarm') this.#alarms.restore(JSON.parse(body) as Alarm)
    if (kind === 'alarm_step') this.#alarms.apply(JSON.parse(body) as TelemetryRecord<AlarmTransition>, 0)
    if (kind !== 'readings') return
    const [network, node, rows] = JSON.parse(body) as [string, string, [string, string, number, number | string][]]
    for (const [name, labels, at, value] of rows) {
      const readings = this.#readingsOf(network, node)
      if (readings !== undefined)
        this.#set(readings, labels, name, at, typeof value === 'string' ? BigInt(value) : value)
    }
  }

  /** Only the newest set of each origin and shape is looked into: it has all that is newest of their names. */
  #replayMetrics(db: DatabaseSync): void {
    const origins = originsOf(db)
    const shapes = shapesOf(db)
    const blobs = db.prepare('SELECT readings FROM metric WHERE id = ?')
    for (const { id, origin, shape, at } of newestSets(db)) {
      const { network, node } = origins.get(origin) ?? {}
      const { labels, names = [] } = shapes.get(shape) ?? {}
      if (node === undefined || typeof network !== 'string') continue
      const values = decodeReadings(rowsOf(blobs, id)[0]?.[0] as Uint8Array)
      const text = labelsText(labels)
      const readings = this.#readingsOf(network, node)
      if (readings === undefined) continue
      for (const [index, name] of names.entries()) this.#set(readings, text, name, at, values[index] ?? 0)
    }
  }

  #read({ origin: { network, node }, at, shape, values }: ShapedMetrics): void {
    // A question names a network, so a node without one is never asked for.
    if (network === undefined) return
    const standing = this.#readingsOf(network, node)
    if (standing === undefined) return
    const labels = this.#labelsOf(shape)
    const byName = standing.byLabels.get(labels)
    for (let index = 0; index < values.length; index += 1) {
      const name = shape.names[index] ?? ''
      const value = values[index] ?? 0
      const before = byName?.get(name)
      if (before === undefined) this.#set(standing, labels, name, at, value)
      else if (before.at <= at) {
        before.at = at
        before.value = value
      }
    }
  }

  #labelsOf(shape: Shape): string {
    const known = this.#labels.get(shape)
    if (known !== undefined) return known
    const text = labelsText(shape.labels)
    this.#labels.set(shape, text)
    return text
  }

  #set(readings: NodeReadings, labels: string, name: string, at: UnixMs, value: MetricValue): void {
    const before = readings.byLabels.get(labels)?.get(name)
    if (before === undefined) return this.#add(readings, labels, name, { at, value })
    if (before.at > at) return
    before.at = at
    before.value = value
  }

  #add(readings: NodeReadings, labels: string, name: string, standing: Standing): void {
    if (readings.count >= standingLimits.metricsOfNode) {
      this.forgotten.metric += 1
      return
    }
    const byName = readings.byLabels.get(labels) ?? new Map()
    readings.byLabels.set(labels, byName)
    byName.set(name, standing)
    readings.count += 1
  }

  #readingsOf(network: string, node: string): NodeReadings | undefined {
    const known = this.#readings.get(network)?.get(node)
    if (known !== undefined) return known
    if (this.#readingNodes >= standingLimits.nodes) {
      this.forgotten.node += 1
      return undefined
    }
    const nodes = this.#readings.get(network) ?? new Map<string, NodeReadings>()
    const readings: NodeReadings = { count: 0, byLabels: new Map() }
    this.#readings.set(network, nodes)
    nodes.set(node, readings)
    this.#readingNodes += 1
    return readings
  }

  #report(report: TelemetryRecord<NodeReport>): void {
    const key = nodeText(report.origin)
    const before = this.#reports.get(key)
    if (before !== undefined && before.at > report.at) return
    if (before === undefined && this.#reports.size >= standingLimits.nodes) this.forgotten.node += 1
    else this.#reports.set(key, report)
  }
}

type ReadingRow = [name: string, labels: string, at: UnixMs, value: MetricValue]

function rowsOfNode(readings: NodeReadings | undefined): ReadingRow[] {
  return [...(readings?.byLabels ?? [])].flatMap(([labels, byName]) =>
    [...byName].map(([name, { at, value }]): ReadingRow => [name, labels, at, value]),
  )
}

interface SetRow {
  readonly id: number
  readonly origin: number
  readonly shape: number
  readonly at: UnixMs
}

/** The newest set of each origin and shape, in the order they were stored. */
function newestSets(db: DatabaseSync): readonly SetRow[] {
  const newest = new Map<number, Map<number, SetRow>>()
  const statement = db.prepare('SELECT id, origin, shape, at FROM metric ORDER BY id')
  statement.setReturnArrays(true)
  for (const row of statement.iterate()) {
    const [id, origin, shape, at] = row as unknown as [number, number, number, number]
    const shapes = newest.get(origin) ?? new Map<number, SetRow>()
    newest.set(origin, shapes)
    if (at >= (shapes.get(shape)?.at ?? Number.NEGATIVE_INFINITY)) shapes.set(shape, { id, origin, shape, at })
  }
  return [...newest.values()].flatMap((shapes) => [...shapes.values()]).sort((a, b) => a.id - b.id)
}

function nodeText({ network, node }: { readonly network?: string; readonly node: string }): string {
  return JSON.stringify([network ?? null, node])
}

function streamText({ agent, stream }: Source): string {
  return sourceText({ agent, stream, epoch: '' })
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
