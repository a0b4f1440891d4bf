import { type MetricSet, reading, type TelemetryRecord, type UnixMs } from '@headwatch/protocol'
import { serverTime } from './sighting.ts'

/** When the host started, on the server's clock; undefined where the readings do not tell. */
export function hostStartOf(record: TelemetryRecord<MetricSet>): UnixMs | undefined {
  const uptimeS = record.readings[reading.hostUptime]
  return uptimeS === undefined ? undefined : serverTime(record) - Number(uptimeS) * 1000
}
