import { type Batch, sequenceAt } from '@headwatch/protocol'
import type { Nack } from '@headwatch/protocol/native'
import { type ExportOutcome, RetryableError } from '@headwatch/sdk'

/**
 * What a batch's frames came to, in the words of `Exporter`.
 *
 * @throws {RetryableError} all that was not refused for good is to be sent again.
 */
export function exportOutcome(
  batch: Batch,
  nacks: readonly Nack[],
  tooLong: readonly number[],
): ExportOutcome | undefined {
  const rejected: { index: number; reason: string }[] = tooLong.map((index) => ({ index, reason: 'too_long' }))
  const kept: number[] = []
  for (const index of batch.records.keys()) {
    const nack = nacks.find(covers(sequenceAt(batch, index)))
    if (nack?.action === 'retry') kept.push(index)
    if (nack?.action === 'drop' && !tooLong.includes(index)) rejected.push({ index, reason: nack.reason })
  }
  const retry = nacks.filter(({ action }) => action === 'retry')
  // Numbers without a record cannot be named in an outcome, so the whole batch is kept for them.
  if (retry.length > 0 && (kept.length === 0 || kept.length === batch.records.length)) {
    const retryAfterMs = Math.max(...retry.map((nack) => nack.retryAfterMs))
    throw new RetryableError(`the server could not take it: ${retry[0]?.reason}`, { retryAfterMs })
  }
  return rejected.length + kept.length === 0 ? undefined : { rejected, kept }
}

function covers(sequence: bigint): (nack: Nack) => boolean {
  return ({ first, last }) => first <= sequence && sequence <= last
}
