import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  expectedReading,
  readConversation,
  recordedCase,
  recordedCases,
  recordedFrames,
} from './testkit/recorded-case.ts'
import { allFacts, toldFacts } from './testkit/told-facts.ts'

describe('a recorded conversation', () => {
  for (const name of recordedCases()) {
    test(`is read frame by frame as it was: ${name}`, () => {
      assert.deepEqual(readConversation(recordedFrames(name)), expectedReading(name))
    })

    test(`tells what its client can tell, and is silent of the rest: ${name}`, () => {
      const told = toldFacts(recordedFrames(name))
      const { untold } = recordedCase(name)
      assert.deepEqual(
        allFacts.filter((fact) => !untold.includes(fact)),
        told,
      )
    })
  }
})
