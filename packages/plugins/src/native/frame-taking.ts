import type { Gap, Lane, Source } from '@headwatch/protocol'
import { type Data, decodeRecords, type GapNotice, type Nack } from '@headwatch/protocol/native'
import { type Accept, type Meter, retryAfterOf, verdictOf } from '@headwatch/sdk'
import type { UnpackedBody } from './body-packing.ts'

/** What became of a frame; undefined when it is kept. */
export type Refusal = Pick<Nack, 'action' | 'retryAfterMs' | 'reason'>

export interface TakingParts {
  readonly accept: Accept
  readonly meter: Meter
  /** When to send again where the pipeline does not say. */
  readonly retryAfterMs: number
}

/** Hands a batch to the pipeline. Never throws: what the pipeline says becomes the answer to the agent. */
export async function takeData(
  { lane, first, count }: Data,
  unpacked: UnpackedBody,
  source: Source,
  parts: TakingParts,
): Promise<Refusal | undefined> {
  const { meter } = parts
  const body = unpacked.ok ? decodeRecords(unpacked.body, count) : unpacked
  if (!body.ok) return refuseForGood({ source, lane, first, last: first + BigInt(count) - 1n }, body.reason, parts)
  countSkipped(meter, 'unknown_type', body.skipped.unknownType)
  countSkipped(meter, 'unreadable', body.skipped.unreadable)
  // What an agent says of connections is nobody's business but the receiver's own.
  const places = [...body.records.keys()].filter((place) => body.records[place]?.type !== 'session')
  countSkipped(meter, 'session', body.records.length - places.length)
  const items = places.flatMap((place) => {
    const record = body.records[place]
    return record === undefined ? [] : { ...record, origin: { ...record.origin, agent: source.agent } }
  })
  const offsets = places.map((place) => body.offsets?.[place] ?? place)
  try {
    await parts.accept(items, { source, lane, first, count, ...(items.length < count && { offsets }) })
    meter.count('headwatch_native_records_total', items.length)
    return undefined
  } catch (thrown) {
    if (verdictOf(thrown) !== 'reject') return later(thrown, parts)
    return refuseForGood({ source, lane, first, last: first + BigInt(count) - 1n }, messageOf(thrown), parts)
  }
}

/** Passes on that numbers will never come. Never throws. */
export async function takeGap(notice: GapNotice, source: Source, parts: TakingParts): Promise<Refusal | undefined> {
  const { first, last, reason } = notice
  try {
    await parts.accept.gap({ source, first, last, reason })
    return undefined
  } catch (thrown) {
    if (verdictOf(thrown) !== 'reject') return later(thrown, parts)
    return { action: 'drop', retryAfterMs: 0, reason: messageOf(thrown) }
  }
}

/** The agent will not send it again, so the hole is closed here: a source with a hole for ever would use up its ranges. */
async function refuseForGood(
  { source, first, last }: Omit<Gap, 'reason'> & { readonly lane: Lane },
  reason: string,
  parts: TakingParts,
): Promise<Refusal> {
  parts.meter.count('headwatch_native_batches_refused_total')
  try {
    await parts.accept.gap({ source, first, last, reason: 'quarantined' })
  } catch (thrown) {
    if (verdictOf(thrown) !== 'reject') return later(thrown, parts)
  }
  return { action: 'drop', retryAfterMs: 0, reason: reason.slice(0, 200) }
}

function later(thrown: unknown, { retryAfterMs }: TakingParts): Refusal {
  return {
    action: 'retry',
    retryAfterMs: Math.ceil(retryAfterOf(thrown) ?? retryAfterMs),
    reason: messageOf(thrown).slice(0, 200),
  }
}

function countSkipped(meter: Meter, reason: string, records: number): void {
  if (records > 0) meter.count('headwatch_native_records_skipped_total', records, { reason })
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : 'unknown'
}
