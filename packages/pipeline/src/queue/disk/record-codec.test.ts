import assert from 'node:assert/strict'
import { test } from 'node:test'
import { telemetryArbitraries } from '@headwatch/protocol/testkit'
import * as fc from 'fast-check'
import { packRecord, unpackRecord } from './record-codec.ts'

for (const [type, record] of Object.entries(telemetryArbitraries(fc).byType))
  test(`a record comes back from the disk as it was put, whatever is in it: ${type}`, () =>
    fc.assert(fc.property(record, (put) => assert.deepEqual(unpackRecord(Buffer.from(packRecord(put as never))), put))))

test('bytes that are no record are none, and throw nothing', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const record = unpackRecord(Buffer.from(bytes))
      assert.ok(record === undefined || typeof record.type === 'string')
    }),
  )
})
