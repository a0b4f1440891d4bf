import type { TelemetryRecord } from '@headwatch/protocol'
import { Packr } from 'msgpackr/pack'

/*
 * A record on disk is one msgpack map with the keys of the record itself: it explains itself, so that later versions read what
 * earlier ones wrote, and people do too. Bigints up to 64 bits are integers of 64 bits, greater ones the extension 0x42.
 */
const packr = new Packr({ useRecords: false, int64AsType: 'bigint', useBigIntExtension: true })

export function packRecord(record: TelemetryRecord): Uint8Array {
  return packr.pack(record)
}

/** Undefined for bytes that are no record. */
export function unpackRecord(bytes: Uint8Array): TelemetryRecord | undefined {
  try {
    const record: unknown = packr.unpack(bytes)
    return isRecord(record) ? record : undefined
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is TelemetryRecord {
  const { type, origin, at } = (value ?? {}) as Partial<Record<keyof TelemetryRecord, unknown>>
  return typeof type === 'string' && typeof origin === 'object' && typeof at === 'number'
}
