import fc from 'fast-check'
import type { Hex } from '../../item.ts'
import type { BlockHeader } from '../../telemetry.ts'

const digits = '0123456789abcdef'

export const hexOf = (bytes: number): fc.Arbitrary<Hex> =>
  fc
    .array(fc.constantFrom(...digits), { minLength: bytes * 2, maxLength: bytes * 2 })
    .map((nibbles): Hex => `0x${nibbles.join('')}`)

const exact = fc.nat({ max: Number.MAX_SAFE_INTEGER }).map(BigInt)
const wide = fc.bigInt({ min: 1n, max: (1n << 256n) - 1n })

/** Blocks that geth's shape can carry whole. */
export const carriedBlock: fc.Arbitrary<BlockHeader> = fc.record(
  {
    number: exact,
    hash: hexOf(32),
    parentHash: hexOf(32),
    timestampS: fc.nat({ max: 4e9 }),
    miner: hexOf(20).filter((miner) => BigInt(miner) > 0n),
    gasUsed: exact,
    gasLimit: exact,
    difficulty: wide,
    totalDifficulty: wide,
    transactionCount: fc.nat({ max: 300 }),
    uncleCount: fc.nat({ max: 2 }),
    transactionsRoot: hexOf(32),
    stateRoot: hexOf(32),
  },
  {
    noNullPrototype: true,
    requiredKeys: [
      'number',
      'hash',
      'parentHash',
      'timestampS',
      'gasUsed',
      'gasLimit',
      'difficulty',
      'transactionCount',
      'uncleCount',
    ],
  },
)
