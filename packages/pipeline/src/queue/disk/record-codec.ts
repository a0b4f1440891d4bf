import type { TelemetryRecord } from '@headwatch/protocol'
import { Packr } from 'msgpackr/pack'

/*
 * A record on disk is one msgpack map with the keys of the record itself: it explains itself, so that later versions read what
 * earlier ones wrote, and people do too. Bigints up to 64 bits are integers of 64 bits, greater ones the extension 0x42.
 *
 * A key `__proto__`, which a sender may use, cannot be in a map. A record that has one is the only item of an array, and its
 * `readings`, `labels` and `fields` are arrays of pairs.
 */
const packr = new Packr({ useRecords: false, int64AsType: 'bigint', useBigIntExtension: true })

const dictionaries = ['readings', 'labels', 'fields'] as const

type Fields = Record<string, unknown>

export function packRecord(record: TelemetryRecord): Uint8Array {
  return packr.pack(hasOddKey(record as unknown as Fields) ? [withDictionaries(record, Object.entries)] : record)
}

/** Undefined for bytes that are no record. */
export function unpackRecord(bytes: Uint8Array): TelemetryRecord | undefined {
  try {
    const value: unknown = packr.unpack(bytes)
    const record = Array.isArray(value) ? withDictionaries(value[0], Object.fromEntries) : value
    return isRecord(record) ? record : undefined
  } catch {
    return undefined
  }
}

function hasOddKey(record: Fields): boolean {
  return dictionaries.some((name) => record[name] !== undefined && Object.hasOwn(record[name] as object, '__proto__'))
}

function withDictionaries(record: object, change: (dictionary: never) => unknown): Fields {
  const changed: Fields = { ...record }
  for (const name of dictionaries) if (changed[name] !== undefined) changed[name] = change(changed[name] as never)
  return changed
}

function isRecord(value: unknown): value is TelemetryRecord {
  const { type, origin, at } = (value ?? {}) as Partial<Record<keyof TelemetryRecord, unknown>>
  return typeof type === 'string' && typeof origin === 'object' && typeof at === 'number'
}
