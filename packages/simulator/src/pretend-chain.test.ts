import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { PretendChain } from './pretend-chain.ts'

const chainOf = (seed: number, length: number) => {
  const chain = new PretendChain(seed)
  return [chain.head, ...Array.from({ length }, (_, index) => chain.seal(1_700_000_005 + index * 5))]
}

describe('a pretend chain', () => {
  test('is the same for the same seed, and another one for another', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0 }), fc.nat(20), (seed, length) => {
        assert.deepEqual(chainOf(seed, length), chainOf(seed, length))
        assert.notEqual(chainOf(seed, 0)[0]?.hash, chainOf(seed + 1, 0)[0]?.hash)
      }),
      { numRuns: 50 },
    )
  })

  test('is one: every block stands on the one before it', () => {
    const blocks = chainOf(7, 50)
    for (const [index, block] of blocks.entries()) {
      const parent = blocks[index - 1]
      if (parent === undefined) continue
      assert.equal(block.parentHash, parent.hash)
      assert.equal(block.number, parent.number + 1)
    }
    assert.equal(new Set(blocks.map(({ hash }) => hash)).size, blocks.length)
  })
})
