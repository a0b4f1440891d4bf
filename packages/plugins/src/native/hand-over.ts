import type { Gap, Lane, SequenceRange, Source, TelemetryRecord } from '@headwatch/protocol'
import type { Nack } from '@headwatch/protocol/native'
import { type Accept, type Meter, retryAfterOf, verdictOf } from '@headwatch/sdk'

/** What became of a frame, or of a part of one; undefined when it is kept. */
export type Refusal = Pick<Nack, 'action' | 'retryAfterMs' | 'reason'>

export interface HandOverParts {
  readonly accept: Accept
  readonly meter: Meter
  /** When to send again where the pipeline does not say. */
  readonly retryAfterMs: number
}

/** Records and their numbers, as one source gave them. */
export interface NumberedRun {
  readonly source: Source
  readonly lane: Lane
  readonly first: bigint
  readonly count: number
  readonly records: readonly TelemetryRecord[]
  /** Of each record. */
  readonly offsets: readonly number[]
  /** Lower numbers of the source that the same sender passed on before. */
  readonly passed?: SequenceRange
}

/** Hands records to the pipeline. Never throws: what the pipeline says becomes the answer to the sender. */
export async function handOver(run: NumberedRun, parts: HandOverParts): Promise<Refusal | undefined> {
  const { records, offsets, passed: _, ...position } = run
  try {
    await parts.accept(records, { ...position, ...(records.length < run.count && { offsets }) })
    parts.meter.count('headwatch_native_records_total', records.length)
    return undefined
  } catch (thrown) {
    if (verdictOf(thrown) !== 'reject') return later(thrown, parts)
    return refuseForGood(run, messageOf(thrown), parts)
  }
}

/** Passes on that numbers will never come. Never throws. */
export async function handOverGap(gap: Gap, parts: HandOverParts): Promise<Refusal | undefined> {
  try {
    await parts.accept.gap(gap)
    return undefined
  } catch (thrown) {
    if (verdictOf(thrown) !== 'reject') return later(thrown, parts)
    return { action: 'drop', retryAfterMs: 0, reason: messageOf(thrown) }
  }
}

/** The sender will not send it again, so the hole is closed here: a source with a hole for ever would use up its ranges. */
export async function refuseForGood(
  { source, first, count }: Pick<NumberedRun, 'source' | 'first' | 'count'>,
  reason: string,
  parts: HandOverParts,
): Promise<Refusal> {
  parts.meter.count('headwatch_native_batches_refused_total')
  const last = first + BigInt(count) - 1n
  const refusal = await handOverGap({ source, first, last, reason: 'quarantined' }, parts)
  if (refusal?.action === 'retry') return refusal
  return { action: 'drop', retryAfterMs: 0, reason: reason.slice(0, 200) }
}

function later(thrown: unknown, { retryAfterMs }: HandOverParts): Refusal {
  return {
    action: 'retry',
    retryAfterMs: Math.ceil(retryAfterOf(thrown) ?? retryAfterMs),
    reason: messageOf(thrown).slice(0, 200),
  }
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : 'unknown'
}
