import { type Batch, type SequenceRange, sequenceAt } from '@headwatch/protocol'
import { type Body, encodeMessage, encodeRecords, type Limits } from '@headwatch/protocol/native'
import type { PackedBody } from './body-packing.ts'
import type { OutgoingFrame } from './outbox.ts'

/** How a body is put into a frame. */
export type Pack = (plain: Uint8Array) => PackedBody

/** A frame, and the places in the batch of records too long for any frame: their numbers go without them. */
export interface BatchFrame extends OutgoingFrame {
  readonly tooLong: readonly number[]
}

/** For a server that can unpack nothing. */
export const plain: Pack = (body) => ({ codec: 'plain', body })

/** Room for everything of a data message beside its body. */
const headBytes = 1_024

/** The frames of the part of `batch` that lies in `range`, as few as the server's limits allow. A body keeps to them as it is before it is packed. */
export function* framesOf(batch: Batch, range: SequenceRange, limits: Limits, pack: Pack): Generator<BatchFrame> {
  const count = Number(range.last - range.first) + 1
  if (count > limits.batchRecords) return yield* inTwo(batch, range, BigInt(limits.batchRecords), limits, pack)
  const places = placesIn(batch, range)
  const body = encodeRecords(bodyOf(batch, range, places))
  if (body.byteLength + headBytes <= limits.frameBytes) return yield dataFrame(batch, range, pack(body), [])
  if (count > 1) return yield* inTwo(batch, range, BigInt(count >> 1), limits, pack)
  return yield dataFrame(batch, range, plain(encodeRecords({ records: [], offsets: [] })), places)
}

function* inTwo(
  batch: Batch,
  { first, last }: SequenceRange,
  length: bigint,
  limits: Limits,
  pack: Pack,
): Generator<BatchFrame> {
  yield* framesOf(batch, { first, last: first + length - 1n }, limits, pack)
  yield* framesOf(batch, { first: first + length, last }, limits, pack)
}

function dataFrame(batch: Batch, range: SequenceRange, packed: PackedBody, tooLong: readonly number[]): BatchFrame {
  const { lane, source } = batch
  const count = Number(range.last - range.first) + 1
  const { stream } = source
  const bytes = encodeMessage({ type: 'data', stream, lane, first: range.first, count, ...packed })
  return { stream, lane, range, declares: range.first, records: count, bytes, tooLong }
}

/** The places in the batch of the records whose numbers lie in `range`. */
function placesIn(batch: Batch, { first, last }: SequenceRange): readonly number[] {
  return batch.records.flatMap((_record, place) => {
    const sequence = sequenceAt(batch, place)
    return first <= sequence && sequence <= last ? [place] : []
  })
}

function bodyOf(batch: Batch, { first, last }: SequenceRange, places: readonly number[]): Body {
  const records = places.flatMap((place) => batch.records[place] ?? [])
  if (BigInt(records.length) === last - first + 1n) return { records }
  return { records, offsets: places.map((place) => Number(sequenceAt(batch, place) - first)) }
}
