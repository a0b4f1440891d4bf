import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type * as FastCheck from 'fast-check'
import type { Body, DecodedBody, DecodedMessage } from '../native/index.ts'
import type { NativeMessage } from '../native/messages.ts'
import { sampleRecords } from './sample-records.ts'
import { telemetryArbitraries } from './telemetry-arbitraries.ts'

/** The two pairs of functions that make a native codec. */
export interface NativeCodec {
  encodeMessage(message: NativeMessage): Uint8Array
  decodeMessage(frame: Uint8Array, frameBytes?: number): DecodedMessage
  encodeRecords(body: Body): Uint8Array
  decodeRecords(body: Uint8Array, numbers: number): DecodedBody
}

/** Registers tests: what goes in comes out, and no bytes do harm. */
export function checkNativeCodec(name: string, codec: NativeCodec, fc: typeof FastCheck): void {
  describe(`${name} is a native codec`, () => {
    const { byType } = telemetryArbitraries(fc)
    for (const [type, arbitrary] of Object.entries(byType)) {
      test(`that gives back every ${type} record as it was`, () => {
        fc.assert(
          fc.property(
            fc.array(arbitrary as FastCheck.Arbitrary<ReturnType<typeof sampleRecords>[number]>, {
              minLength: 1,
              maxLength: 8,
            }),
            (records) => {
              const decoded = codec.decodeRecords(codec.encodeRecords({ records }), records.length)
              assert.deepEqual(decoded, { ok: true, records, skipped: { unknownType: 0, unreadable: 0 } })
            },
          ),
        )
      })
    }

    test('that keeps the offsets of records that do not stand side by side', () => {
      const records = sampleRecords().slice(0, 3)
      const decoded = codec.decodeRecords(codec.encodeRecords({ records, offsets: [0, 4, 9] }), 10)
      assert.deepEqual(decoded, { ok: true, records, offsets: [0, 4, 9], skipped: { unknownType: 0, unreadable: 0 } })
    })

    test('that refuses offsets outside the numbers of the batch', () => {
      const body = codec.encodeRecords({ records: sampleRecords().slice(0, 2), offsets: [0, 4] })
      assert.deepEqual(codec.decodeRecords(body, 4), { ok: false, reason: 'bad_offsets' })
    })

    test('that survives any bytes', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
          codec.decodeMessage(bytes)
          codec.decodeRecords(bytes, 10)
        }),
        { numRuns: 1_000 },
      )
    })

    test('that survives any change of a good body, and never gives back more records than there are numbers', () => {
      const good = codec.encodeRecords({ records: sampleRecords() })
      fc.assert(
        fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (place, byte, length) => {
          const bad = good.slice(0, Math.max(length, place + 1))
          bad[place] = byte
          const decoded = codec.decodeRecords(bad, sampleRecords().length)
          if (decoded.ok) assert.ok(decoded.records.length <= sampleRecords().length)
        }),
        { numRuns: 1_000 },
      )
    })

    test('that refuses a frame beyond the agreed length unread', () => {
      const frame = codec.encodeMessage({ type: 'bye', reason: 'x'.repeat(100) })
      const decoded = codec.decodeMessage(frame, 50)
      assert.equal(!decoded.ok && decoded.reason, 'too_long')
    })

    const [deep, wide] = [new Uint8Array(1_000).fill(0x91), new Uint8Array([0xdd, 0xff, 0xff, 0xff, 0xff])]
    for (const [what, bytes] of Object.entries({
      'a thousand arrays in each other': deep,
      'an array of four thousand million': wide,
    })) {
      test(`that refuses ${what}`, () => {
        const decoded = codec.decodeMessage(bytes)
        assert.equal(!decoded.ok && decoded.reason, 'not_msgpack')
        assert.deepEqual(codec.decodeRecords(bytes, 1), { ok: false, reason: 'not_msgpack' })
      })
    }
  })
}
