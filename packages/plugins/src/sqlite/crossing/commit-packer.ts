import type { Batch, BlockHeader, BlockReport, MetricSet, Origin, Source, TelemetryRecord } from '@headwatch/protocol'
import { type Shape, labelsText } from '../dictionary.ts'
import type { Append } from '../messages.ts'
import { NumberTape } from './number-tape.ts'
import { occasions, type PackedCommit, recordKinds } from './packed-commit.ts'

/** Origins, sources and shapes together; beyond it everything is forgotten and learnt anew. */
const maxRemembered = 200_000

interface NumberedShape extends Shape {
  readonly place: number
}

/** The store's side of the crossing. One for each writing thread, which reads every commit in the order they were packed. */
export class CommitPacker {
  readonly #origins = new Map<string, Map<string, Map<string | undefined, number>>>()
  readonly #sources = new Map<string, Map<string, Map<string, number>>>()
  /** By labels, then by the first name. */
  readonly #shapes = new Map<string, Map<string | undefined, NumberedShape[]>>()
  readonly #places = { origins: 0, sources: 0, shapes: 0 }
  #mustReset = false
  #added: { origins: Origin[]; sources: Source[]; shapes: Shape[] } = { origins: [], sources: [], shapes: [] }
  #blocks = new Map<string, number>()
  #headers: BlockHeader[] = []
  #tape = new NumberTape()

  pack(appends: readonly Append[]): PackedCommit {
    const { origins, sources, shapes } = this.#places
    if (origins + sources + shapes > maxRemembered) this.forget()
    const reset = this.#mustReset
    this.#mustReset = false
    this.#added = { origins: [], sources: [], shapes: [] }
    this.#blocks = new Map()
    this.#headers = []
    this.#tape = new NumberTape()
    const gaps = appends.map((append) => {
      this.#tape.count(append.batches.length)
      for (const batch of append.batches) this.#batch(batch)
      return append.gaps.map((gap) => ({ ...gap, source: this.#sourcePlace(gap.source) }))
    })
    return { reset, ...this.#added, blocks: this.#headers, ...this.#tape.end(), gaps }
  }

  /** The other side may not have heard of what was last added: begin anew. */
  forget(): void {
    for (const known of [this.#origins, this.#sources, this.#shapes]) known.clear()
    this.#places.origins = 0
    this.#places.sources = 0
    this.#places.shapes = 0
    this.#mustReset = true
  }

  #batch({ source, first, count, records, offsets }: Batch): void {
    const tape = this.#tape
    tape.count(this.#sourcePlace(source))
    tape.value(first)
    tape.count(count)
    tape.count(records.length)
    tape.count(offsets === undefined ? 0 : 1)
    for (const offset of offsets ?? []) tape.count(offset)
    for (const record of records) this.#record(record)
  }

  #record(record: TelemetryRecord): void {
    switch (record.type) {
      case 'metrics':
        return this.#metrics(record)
      case 'block':
        return this.#block(record)
      default:
        this.#tape.count(recordKinds.other)
        return this.#tape.other(record)
    }
  }

  #head(kind: number, { origin, at, clock }: TelemetryRecord): void {
    const tape = this.#tape
    tape.count(kind)
    tape.count(this.#originPlace(origin))
    tape.value(at)
    tape.count(clock === undefined ? 0 : 1)
    if (clock === undefined) return
    tape.value(clock.offsetMs)
    tape.value(clock.errorMs)
  }

  #metrics(record: TelemetryRecord<MetricSet>): void {
    this.#head(recordKinds.metrics, record)
    const { readings } = record
    const names = Object.keys(readings)
    this.#tape.count(this.#shapePlace(record.labels, names))
    for (const name of names) this.#tape.value(readings[name])
  }

  #block(record: TelemetryRecord<BlockReport>): void {
    this.#head(recordKinds.block, record)
    const { block, occasion, processingMs } = record
    this.#tape.count(occasions.indexOf(occasion))
    this.#tape.count(this.#blockPlace(block))
    this.#tape.value(processingMs)
  }

  /** A hash names one header: the first of a commit stands for all. */
  #blockPlace(block: BlockHeader): number {
    const known = this.#blocks.get(block.hash)
    if (known !== undefined) return known
    this.#blocks.set(block.hash, this.#headers.length)
    return this.#headers.push(block) - 1
  }

  #originPlace(origin: Origin): number {
    const { agent, node, network } = origin
    const known = this.#origins.get(node)?.get(agent)?.get(network)
    if (known !== undefined) return known
    const networks = entry(entry(this.#origins, node), agent)
    networks.set(network, this.#places.origins)
    this.#added.origins.push(origin)
    return this.#places.origins++
  }

  #sourcePlace(source: Source): number {
    const { agent, stream, epoch } = source
    const known = this.#sources.get(agent)?.get(stream)?.get(epoch)
    if (known !== undefined) return known
    const epochs = entry(entry(this.#sources, agent), stream)
    epochs.set(epoch, this.#places.sources)
    this.#added.sources.push(source)
    return this.#places.sources++
  }

  #shapePlace(labels: MetricSet['labels'], names: readonly string[]): number {
    const byName = entry(this.#shapes, labelsText(labels))
    const [first] = names
    const alike = byName.get(first) ?? []
    const known = alike.find((shape) => haveSameTexts(shape.names, names))
    if (known !== undefined) return known.place
    const shape = { labels: labels ?? {}, names }
    byName.set(first, alike)
    alike.push({ ...shape, place: this.#places.shapes })
    this.#added.shapes.push(shape)
    return this.#places.shapes++
  }
}

function entry<K, L, V>(maps: Map<K, Map<L, V>>, key: K): Map<L, V> {
  const known = maps.get(key)
  if (known !== undefined) return known
  const made = new Map<L, V>()
  maps.set(key, made)
  return made
}

function haveSameTexts(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index += 1) if (a[index] !== b[index]) return false
  return true
}
