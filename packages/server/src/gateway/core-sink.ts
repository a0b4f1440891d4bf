import type { Handover, HandoverAck, HandoverSink } from '@headwatch/protocol'
import { type Accept, verdictOf } from '@headwatch/sdk'

/**
 * Core's side of the seam where gateway and core share a process: every batch goes to the pipeline's own `accept`.
 * Batches of one handover are given together, so that a store can commit them together.
 */
export function coreSink(accept: Accept, creditRecords: number): HandoverSink {
  return {
    async take(handover: Handover): Promise<HandoverAck> {
      const batches = handover.batches.map(({ records, ...position }) => accept(records, position))
      const outcomes = await Promise.allSettled([...batches, ...handover.gaps.map((gap) => accept.gap(gap))])
      const failed = outcomes.flatMap((outcome, index) =>
        outcome.status === 'rejected' ? [{ index, reason: outcome.reason }] : [],
      )
      const unclear = failed.find(({ reason }) => verdictOf(reason) !== 'reject')
      if (unclear !== undefined) throw unclear.reason
      const rejected = failed
        .filter(({ index }) => index < handover.batches.length)
        .map(({ index, reason }) => ({ index, reason: reason instanceof Error ? reason.message : String(reason) }))
      return { number: handover.number, creditRecords, rejected }
    },
  }
}
