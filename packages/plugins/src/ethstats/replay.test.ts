import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { expectedReading, readConversation, recordedCases, recordedFrames } from './testkit/recorded-case.ts'

describe('a recorded conversation', () => {
  for (const name of recordedCases()) {
    test(`is read frame by frame as it was: ${name}`, () => {
      assert.deepEqual(readConversation(recordedFrames(name)), expectedReading(name))
    })
  }
})
