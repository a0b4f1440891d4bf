import { type Batch, sequenceAt } from '@headwatch/protocol'

/** The records at `indices`, under the same numbers: the range stays whole, since the others are done with. */
export function only(batch: Batch, indices: readonly number[]): Batch {
  const records = indices.flatMap((index) => batch.records[index] ?? [])
  const offsets = indices.map((index) => Number(sequenceAt(batch, index) - batch.first))
  return { ...batch, records, offsets }
}

/** The batch in two, which together close the same numbers. It has at least two records. */
export function halves(batch: Batch): readonly [Batch, Batch] {
  const middle = Math.ceil(batch.records.length / 2)
  const cut = sequenceAt(batch, middle)
  const lowCount = Number(cut - batch.first)
  const offsets = batch.offsets ?? batch.records.map((_, index) => index)
  const low = { ...batch, count: lowCount, records: batch.records.slice(0, middle), offsets: offsets.slice(0, middle) }
  const high = {
    ...batch,
    first: cut,
    count: batch.count - lowCount,
    records: batch.records.slice(middle),
    offsets: offsets.slice(middle).map((offset) => offset - lowCount),
  }
  return [tidy(low), tidy(high)]
}

/** Offsets are absent where every number has its record. */
function tidy({ offsets, ...batch }: Batch): Batch {
  return offsets === undefined || batch.records.length === batch.count ? batch : { ...batch, offsets }
}
