import type { AgentId, Source, TelemetryRecord } from '@headwatch/protocol'
import { type Data, decodeRecords, type GapNotice } from '@headwatch/protocol/native'
import type { Meter } from '@headwatch/sdk'
import type { UnpackedBody } from './body-packing.ts'
import { handOver, handOverGap, type NumberedRun, type Refusal, refuseForGood } from './hand-over.ts'
import type { LostHolesParts } from './lost-holes.ts'
import { handOverRelayed } from './relayed-runs.ts'

export interface TakingParts extends LostHolesParts {
  /** Whether the sender is believed about whose records it sends. */
  readonly isRelay: boolean
}

/** Hands a batch to the pipeline. Never throws: what the pipeline says becomes the answer to the agent. */
export async function takeData(
  { lane, first, count }: Data,
  unpacked: UnpackedBody,
  source: Source,
  parts: TakingParts,
): Promise<Refusal | undefined> {
  const body = unpacked.ok ? decodeRecords(unpacked.body, count) : unpacked
  if (!body.ok) return refuseForGood({ source, first, count }, body.reason, parts)
  countSkipped(parts.meter, 'unknown_type', body.skipped.unknownType)
  countSkipped(parts.meter, 'unreadable', body.skipped.unreadable)
  const offsets = body.offsets ?? body.records.map((_record, place) => place)
  const run = { source, lane, first, count, records: body.records, offsets }
  return parts.isRelay ? handOverRelayed(run, parts) : handOver(ownOnly(run, parts.meter), parts)
}

/** Passes on that numbers will never come. Never throws. */
export async function takeGap(notice: GapNotice, source: Source, parts: TakingParts): Promise<Refusal | undefined> {
  const { first, last, reason } = notice
  return handOverGap({ source, first, last, reason }, parts)
}

/** The records as the agent's own. What it says of connections and of others' numbers is only believed from a relay. */
function ownOnly(run: NumberedRun, meter: Meter): NumberedRun {
  const { agent } = run.source
  const records: TelemetryRecord[] = []
  const offsets: number[] = []
  for (const [place, record] of run.records.entries()) {
    if (record.identity !== undefined) meter.count('headwatch_native_identities_ignored_total')
    if (record.type === 'session' || record.type === 'gap') {
      countSkipped(meter, record.type, 1)
      continue
    }
    records.push(ownOf(record, agent))
    offsets.push(run.offsets[place] ?? place)
  }
  return { ...run, records, offsets }
}

/** The record under the agent's own name and without another's number: mostly as it came. */
function ownOf(record: TelemetryRecord, agent: AgentId): TelemetryRecord {
  if (record.identity === undefined && record.origin.agent === agent) return record
  const { identity: _, ...own } = record
  return { ...own, origin: { ...own.origin, agent } } as TelemetryRecord
}

function countSkipped(meter: Meter, reason: string, records: number): void {
  if (records > 0) meter.count('headwatch_native_records_skipped_total', records, { reason })
}
