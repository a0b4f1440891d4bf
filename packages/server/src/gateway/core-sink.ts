import type { Handover, HandoverAck, HandoverSink, Returned } from '@headwatch/protocol'
import { type Accept, concernsThisDataOnly, verdictOf } from '@headwatch/sdk'

/**
 * Core's side of the seam where gateway and core share a process: every batch goes to the pipeline's own `accept`.
 * Batches of one handover are given together, so that a store can commit them together.
 */
export function coreSink(accept: Accept, creditRecords: number): HandoverSink {
  return {
    async take({ number, batches, gaps }: Handover): Promise<HandoverAck> {
      const [ofBatches, ofGaps] = await Promise.all([
        Promise.allSettled(batches.map(({ records, ...position }) => accept(records, position))),
        Promise.allSettled(gaps.map((gap) => accept.gap(gap))),
      ])
      const rejected = placesOf(ofBatches, (reason) => verdictOf(reason) === 'reject')
      return {
        number,
        creditRecords,
        rejected: rejected.map(({ index, reason }) => ({ index, reason: messageOf(reason) })),
        later: { batches: later(ofBatches), gaps: later(ofGaps) },
        returned: { batches: returned(ofBatches), gaps: returned(ofGaps) },
      }
    },
  }
}

function later(outcomes: readonly PromiseSettledResult<void>[]): readonly number[] {
  const isForLater = (reason: unknown) => verdictOf(reason) !== 'reject' && !concernsThisDataOnly(reason)
  return placesOf(outcomes, isForLater).map(({ index }) => index)
}

function returned(outcomes: readonly PromiseSettledResult<void>[]): readonly Returned[] {
  return placesOf(outcomes, concernsThisDataOnly).map(({ index, reason }) => ({ index, reason: messageOf(reason) }))
}

function placesOf(outcomes: readonly PromiseSettledResult<void>[], isMeant: (reason: unknown) => boolean) {
  return outcomes.flatMap((outcome, index) =>
    outcome.status === 'rejected' && isMeant(outcome.reason) ? [{ index, reason: outcome.reason as unknown }] : [],
  )
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason)
}
