import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closeRange, isClosed, type SequenceRange } from '@headwatch/protocol'
import type { StoreReader } from '@headwatch/sdk'
import fc from 'fast-check'
import { storedEverywhere } from './stored-everywhere.ts'

const source = { agent: 'eu-1', stream: 'main', epoch: 'e' }

test('only what every store has counts as stored', async () => {
  const range = fc
    .tuple(fc.nat(30), fc.nat(6))
    .map(([first, more]) => ({ first: BigInt(first), last: BigInt(first + more) }))
  const ranges = fc.array(range, { maxLength: 6 }).map((all) => all.reduce<readonly SequenceRange[]>(closeRange, []))
  await fc.assert(
    fc.asyncProperty(fc.array(ranges, { minLength: 1, maxLength: 3 }), async (held) => {
      const stores = held.map((stored) => ({ storedRanges: async () => stored }) as Partial<StoreReader> as StoreReader)
      const common = await storedEverywhere(stores)(source)
      for (let number = 0n; number < 40n; number++)
        assert.equal(
          isClosed(common, number),
          held.every((stored) => isClosed(stored, number)),
          `${number}`,
        )
    }),
  )
})

test('without a store nothing counts as stored', async () => {
  assert.deepEqual(await storedEverywhere([])(source), [])
})
