import { test } from 'node:test'
import { checkBitFlips } from './testkit/check-bit-flips.ts'
import { checkCuts } from './testkit/check-cuts.ts'

test('a queue opens after any single bit has flipped, at the cost of the record it hit', () => checkBitFlips(1))

for (const end of ['closed', 'killed'] as const)
  test(`a queue opens after any file was cut at any byte, ${end}, at the cost of what is gone`, () => checkCuts(end, 1))
