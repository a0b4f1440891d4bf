import type { DatabaseSync } from 'node:sqlite'
import {
  type Alarm,
  AlarmBook,
  type AlarmTransition,
  alarmKeyText,
  closeRange,
  type MetricSet,
  type MetricValue,
  type NodeReport,
  type SequenceRange,
  type Source,
  sourceText,
  type TelemetryRecord,
  type UnixMs,
} from '@headwatch/protocol'
import type { LatestReading, NodeKey, TimeRange } from '@headwatch/sdk'
import { labelsFrom, labelsText, originsOf, rowsOf, shapesOf, sourcesOf } from './dictionary.ts'
import type { LivePartition } from './live-partition.ts'
import { decodeReadings } from './readings-blob.ts'
import { nodeReportFrom, textOf } from './record-text.ts'

/** Upper bounds of what is kept in memory and carried from file to file. */
export const standingLimits = {
  /** Nodes; beyond it new ones are not remembered (their rows are stored all the same). */
  nodes: 100_000,
  /** Metrics of one node, likewise. */
  metricsOfNode: 2_000,
  /** Epochs of one stream of an agent; beyond it the one written to longest ago is forgotten. */
  epochs: 16,
} as const

interface Standing {
  readonly at: UnixMs
  readonly value: MetricValue
}

/** Metrics of a node by labels and name. */
type NodeReadings = Map<string, Standing & { readonly name: string; readonly labels: string }>

/**
 * What outlives every partition: stored ranges, newest readings and reports, alarms. A partition begins with a copy of it, so that
 * the newest partition alone is enough to have it again.
 */
export class StandingState {
  readonly #ranges = new Map<string, Map<string, { source: Source; ranges: readonly SequenceRange[] }>>()
  readonly #readings = new Map<string, NodeReadings>()
  readonly #reports = new Map<string, TelemetryRecord<NodeReport>>()
  readonly #alarms = new AlarmBook()
  /** How often something was not remembered for want of room since it was last asked. */
  readonly forgotten = { node: 0, metric: 0, epoch: 0 }

  rangesOf(source: Source): readonly SequenceRange[] {
    return this.#ranges.get(streamText(source))?.get(source.epoch)?.ranges ?? []
  }

  close(source: Source, range: SequenceRange): void {
    const stream = streamText(source)
    const epochs = this.#ranges.get(stream) ?? new Map()
    this.#ranges.set(stream, epochs)
    const ranges = closeRange(epochs.get(source.epoch)?.ranges ?? [], range)
    epochs.delete(source.epoch)
    epochs.set(source.epoch, { source, ranges })
    if (epochs.size > standingLimits.epochs) {
      this.forgotten.epoch += 1
      for (const oldest of epochs.keys()) return void epochs.delete(oldest)
    }
  }

  apply(record: TelemetryRecord): void {
    if (record.type === 'metrics') this.#read(record)
    else if (record.type === 'node') this.#report(record)
    else if (record.type === 'alarm') this.#alarms.apply(record, record.at)
  }

  latest(key: NodeKey): readonly LatestReading[] {
    const readings = [...(this.#readings.get(nodeText(key)) ?? [])]
    return readings
      .sort(([, a], [, b]) => compare(a.name, b.name) || compare(a.labels, b.labels))
      .map(([, { name, labels, value, at }]) => ({ name, labels: labelsFrom(labels), value, at }))
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
    for (const [node, readings] of this.#readings) {
      const rows = [...readings.values()].map(({ name, labels, at, value }) => [name, labels, at, value])
      partition.state('readings', textOf([node, rows]))
    }
    for (const report of this.#reports.values()) partition.state('report', textOf(report))
    for (const alarm of this.#alarms.list().toReversed()) partition.state('alarm', textOf(alarm))
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
    if (kind !== 'readings') return
    const [node, rows] = JSON.parse(body) as [string, [string, string, number, number | string][]]
    for (const [name, labels, at, value] of rows) {
      this.#reading(node, name, labels, { at, value: typeof value === 'string' ? BigInt(value) : value })
    }
  }

  #replayMetrics(db: DatabaseSync): void {
    const origins = originsOf(db)
    const shapes = shapesOf(db)
    const statement = db.prepare('SELECT origin, at, shape, readings FROM metric ORDER BY id')
    statement.setReturnArrays(true)
    for (const row of statement.iterate()) {
      const [origin, at, shape, blob] = row as unknown as [number, number, number, Uint8Array]
      const { network, node } = origins.get(origin) ?? {}
      const { labels, names = [] } = shapes.get(shape) ?? {}
      if (node === undefined || typeof network !== 'string') continue
      const values = decodeReadings(blob)
      const text = labelsText(labels)
      for (const [index, name] of names.entries()) {
        this.#reading(nodeText({ network, node }), name, text, { at, value: values[index] ?? 0 })
      }
    }
  }

  #read({ origin: { network, node }, at, readings, labels }: TelemetryRecord<MetricSet>): void {
    // A question names a network, so a node without one is never asked for.
    if (network === undefined) return
    const key = nodeText({ network, node })
    const text = labelsText(labels)
    for (const name of Object.keys(readings)) this.#reading(key, name, text, { at, value: readings[name] ?? 0 })
  }

  #reading(node: string, name: string, labels: string, { at, value }: Standing): void {
    const readings = this.#readingsOf(node)
    if (readings === undefined) return
    const key = labels + name
    const before = readings.get(key)
    if (before !== undefined && before.at > at) return
    if (before === undefined && readings.size >= standingLimits.metricsOfNode) this.forgotten.metric += 1
    else readings.set(key, { name, labels, at, value })
  }

  #readingsOf(node: string): NodeReadings | undefined {
    const known = this.#readings.get(node)
    if (known !== undefined) return known
    if (this.#readings.size >= standingLimits.nodes) {
      this.forgotten.node += 1
      return undefined
    }
    const readings: NodeReadings = new Map()
    this.#readings.set(node, readings)
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
