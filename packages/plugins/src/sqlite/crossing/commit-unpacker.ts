import type { BlockHeader, MetricValue, Origin, Source } from '@headwatch/protocol'
import type { Shape } from '../dictionary.ts'
import { TapeReader } from './number-tape.ts'
import { occasions, type PackedCommit, type Row, type RowAppend, type RowBatch, recordKinds } from './packed-commit.ts'

/** The writer's side of the crossing. */
export class CommitUnpacker {
  #origins: Origin[] = []
  #sources: Source[] = []
  #shapes: Shape[] = []

  unpack({ reset, origins, sources, shapes, blocks, numbers, others, gaps }: PackedCommit): readonly RowAppend[] {
    if (reset) {
      this.#origins = []
      this.#sources = []
      this.#shapes = []
    }
    for (const origin of origins) this.#origins.push(origin)
    for (const source of sources) this.#sources.push(source)
    for (const shape of shapes) this.#shapes.push(shape)
    const tape = new TapeReader(numbers, others)
    return gaps.map((ofAppend) => ({
      batches: this.#batches(tape, blocks),
      gaps: ofAppend.map((gap) => ({ ...gap, source: known(this.#sources, gap.source) })),
    }))
  }

  #batches(tape: TapeReader, blocks: readonly BlockHeader[]): RowBatch[] {
    const batches: RowBatch[] = []
    for (let left = tape.count(); left > 0; left--) batches.push(this.#batch(tape, blocks))
    return batches
  }

  #batch(tape: TapeReader, blocks: readonly BlockHeader[]): RowBatch {
    const source = known(this.#sources, tape.count())
    const first = tape.value() as bigint
    const count = tape.count()
    const length = tape.count()
    const hasOffsets = tape.count() === 1
    const offsets: number[] = []
    if (hasOffsets) for (let left = length; left > 0; left--) offsets.push(tape.count())
    const records: Row[] = []
    for (let left = length; left > 0; left--) records.push(this.#record(tape, blocks))
    return { source, first, count, records, ...(hasOffsets && { offsets }) }
  }

  #record(tape: TapeReader, blocks: readonly BlockHeader[]): Row {
    const kind = tape.count()
    if (kind === recordKinds.other) return tape.other() as Row
    const origin = known(this.#origins, tape.count())
    const at = tape.value() as number
    const clock = tape.count() === 1 ? { offsetMs: tape.value() as number, errorMs: tape.value() as number } : undefined
    const head = clock === undefined ? { origin, at } : { origin, at, clock }
    if (kind === recordKinds.block) {
      const occasion = known(occasions, tape.count())
      const block = known(blocks, tape.count())
      const processingMs = tape.value() as number | undefined
      return { type: 'block', ...head, occasion, block, ...(processingMs !== undefined && { processingMs }) }
    }
    const shape = known(this.#shapes, tape.count())
    const values: MetricValue[] = []
    for (let left = shape.names.length; left > 0; left--) values.push(tape.value() as MetricValue)
    return { type: 'metrics', ...head, shape, values }
  }
}

function known<T>(values: readonly T[], place: number): T {
  const value = values[place]
  if (value === undefined) throw new RangeError(`the crossing knows nothing at place ${place}`)
  return value
}
