import assert from 'node:assert/strict'
import type { Telemetry, TelemetryRecord } from '@headwatch/protocol'
import { decodeRecords, encodeRecords } from '@headwatch/protocol/native'

/** Asserts that `item` is what its type says: it survives the wire as it is. Fields beyond the known are refused too. */
export function assertSound(item: Telemetry): void {
  const origin = { agent: 'test-agent', node: 'test-node', ...item.origin }
  const record = { ...item, origin, at: item.at ?? 0 } as TelemetryRecord
  const decoded = decodeRecords(encodeRecords({ records: [record] }), 1)
  assert.ok(decoded.ok && decoded.records.length === 1, `${item.type} item is not what its type says`)
  assert.deepEqual(decoded.records[0], record)
}

/** `value` with everything in it frozen: who writes into it throws. */
export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  for (const part of Object.values(value)) frozen(part)
  return Object.freeze(value)
}
