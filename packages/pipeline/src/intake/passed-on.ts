import {
  type Batch,
  type Gap,
  rangeOf,
  type SequenceRange,
  sequenceAt,
  type TelemetryRecord,
} from '@headwatch/protocol'

/**
 * The records of a batch for a log that passes them on: each carries the number its sender gave it, and between them they
 * close every number of the batch, also those that nothing stands for any more. At least one record. `passed` are lower
 * numbers that were passed on before.
 */
export function passedOn(batch: Batch, passed?: SequenceRange): readonly TelemetryRecord[] {
  const { source, records } = batch
  const { first, last } = rangeOf(batch)
  const known = passed === undefined ? {} : { passed }
  if (records.length === 0) return [mark(source.agent, { source, sequence: last, closes: { first, last }, ...known })]
  let next = first
  return records.map((record, index) => {
    const sequence = sequenceAt(batch, index)
    const closes = { first: next, last: index === records.length - 1 ? last : sequence }
    next = sequence + 1n
    const identity = { source, sequence, ...(closes.first < closes.last && { closes }), ...(index === 0 && known) }
    return { ...record, identity }
  })
}

/** A gap for a log that passes on what others numbered. */
export function gapPassedOn({ source, first, last, reason }: Gap): TelemetryRecord {
  return { ...mark(source.agent, { source, sequence: last, closes: { first, last } }), reason } as TelemetryRecord
}

/** The part of a batch that closes `range`, which lies inside it. */
export function partOf(batch: Batch, { first, last }: SequenceRange): Batch {
  const places = [...batch.records.keys()].filter((index) => {
    const sequence = sequenceAt(batch, index)
    return first <= sequence && sequence <= last
  })
  return {
    source: batch.source,
    lane: batch.lane,
    first,
    count: Number(last - first) + 1,
    records: places.flatMap((index) => batch.records[index] ?? []),
    offsets: places.map((index) => Number(sequenceAt(batch, index) - first)),
  }
}

/** Nobody's clock dated it: it says nothing about a moment. */
function mark(agent: string, identity: NonNullable<TelemetryRecord['identity']>): TelemetryRecord {
  return { type: 'gap', origin: { agent, node: agent }, at: 0, identity }
}
