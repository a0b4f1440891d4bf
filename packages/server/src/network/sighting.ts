import type { NodeId, TelemetryRecord, UnixMs } from '@headwatch/protocol'

/** When and where something was seen. Only a timed one says anything about propagation. */
export interface Sighting {
  readonly at: UnixMs
  readonly by: NodeId
  readonly timed: boolean
}

/** Above this a clock is not believed, and neither is a sighting that precedes its block's timestamp by more. */
const implausibleMs = 20_000

/** The record's time on the server's clock. */
export function serverTime(record: TelemetryRecord): UnixMs {
  return record.at + (record.clock?.offsetMs ?? 0)
}

/**
 * Whether a block can have been seen at that time: not ahead of now, and not before the block was made.
 * A header from the future (a development chain with a warped clock) proves nothing about the past.
 */
export function isPlausibleSighting(at: UnixMs, timestampS: number, now: UnixMs): boolean {
  if (at > now + implausibleMs) return false
  const madeAt = timestampS * 1000
  return madeAt > now + implausibleMs || at >= madeAt - implausibleMs
}

/** The one of two sightings that counts as first, whatever order they came in. */
export function earlier(a: Sighting, b: Sighting): Sighting {
  if (a.timed !== b.timed) return a.timed ? a : b
  if (a.at !== b.at) return a.at < b.at ? a : b
  return a.by <= b.by ? a : b
}
