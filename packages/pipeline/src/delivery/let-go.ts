import { type Batch, sequenceAt } from '@headwatch/protocol'
import type { QueueReader } from '../queue/queue.ts'
import { messageOf, type SupervisionParts } from '../supervision/supervised.ts'

/** Why records end without having been delivered. */
export interface Ending {
  /** For counting; lower snake case. */
  readonly reason: string
  /** For people; the reason when absent. */
  readonly sentence?: string
}

/** Records of `batch` that its destination will never have are counted and set aside for people. Never throws. */
export async function letGo(
  { name, reader }: { readonly name: string; readonly reader: QueueReader },
  batch: Batch,
  indices: Iterable<number>,
  { reason, sentence = reason }: Ending,
  { meter, logger }: SupervisionParts,
): Promise<void> {
  const records = [...indices].flatMap((index) => {
    const record = batch.records[index]
    return record === undefined ? [] : { sequence: sequenceAt(batch, index), record }
  })
  if (records.length === 0) return
  meter.count('headwatch_dropped_total', records.length, { at: name, reason })
  try {
    await reader.setAside(records, sentence)
  } catch (error) {
    logger.warn('refused records cannot be set aside', { destination: name, reason: messageOf(error) })
  }
}
