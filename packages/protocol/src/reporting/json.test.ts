import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { sampleRecords } from '../testkit/sample-records.ts'
import { toJson } from './json.ts'

test('large numbers become decimal text and absent fields stay absent', () => {
  const given = { wei: 2n ** 70n, list: [1n, null, { a: undefined, b: false }], gone: undefined }
  assert.deepEqual(toJson(given), { wei: '1180591620717411303424', list: ['1', null, { b: false }] })
})

test('JSON comes out as it went in', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      assert.equal(JSON.stringify(toJson(value)), JSON.stringify(value))
    }),
  )
})

test('every record has a JSON form', () => {
  for (const record of sampleRecords()) assert.equal(typeof JSON.stringify(toJson(record)), 'string')
})
