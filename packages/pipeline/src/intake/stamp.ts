import type { Origin, Telemetry, TelemetryRecord, UnixMs } from '@headwatch/protocol'

/** The item as a record: what its plugin left out is filled in from `origin` and `now`. An item that has all of it is given back as it is. */
export function stamp(item: Telemetry, origin: Origin, now: UnixMs): TelemetryRecord {
  const { agent, node } = item.origin ?? {}
  if (agent !== undefined && node !== undefined && item.at !== undefined) return item as TelemetryRecord
  return { ...item, origin: { ...origin, ...item.origin }, at: item.at ?? now } as TelemetryRecord
}
