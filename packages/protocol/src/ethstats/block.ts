import type { Hex } from '../item.ts'
import type { BlockHeader } from '../telemetry.ts'
import { readAddress, readBytes, readCount, readFields, readHash, readQuantity } from './scalar.ts'

/** Writing more placeholders than this would let one report fill a connection. */
const maxListed = 20_000
const zeroAddress = `0x${'0'.repeat(40)}`

/**
 * A block of any client: numbers as numbers, hexadecimal or decimal texts; transactions and uncles in whatever
 * form are counted. Undefined where number, hash, parent or time is missing: such a block identifies nothing.
 * A total difficulty of zero and the zero address as miner are what clients write that do not know better.
 */
export function readBlock(value: unknown): BlockHeader | undefined {
  const fields = readFields(value)
  if (fields === undefined) return undefined
  const hash = readHash(fields.hash)
  const parentHash = readHash(fields.parentHash)
  const number = readQuantity(fields.number)
  const timestampS = readCount(fields.timestamp)
  if (hash === undefined || parentHash === undefined || number === undefined || timestampS === undefined) {
    return undefined
  }
  const block: MutableBlock = { number, hash, parentHash, timestampS }
  readAmounts(fields, block)
  readRoots(fields, block)
  return block
}

/** One block in geth's shape. What the shape demands and the block does not tell is zero: it has no other word. */
export function blockInGethShape(block: BlockHeader): Readonly<Record<string, unknown>> {
  return {
    number: Number(block.number),
    hash: block.hash,
    parentHash: block.parentHash,
    timestamp: block.timestampS,
    miner: block.miner ?? zeroAddress,
    gasUsed: Number(block.gasUsed ?? 0n),
    gasLimit: Number(block.gasLimit ?? 0n),
    difficulty: String(block.difficulty ?? 0n),
    totalDifficulty: String(block.totalDifficulty ?? 0n),
    transactions: placeholders(block.transactionCount),
    transactionsRoot: block.transactionsRoot,
    stateRoot: block.stateRoot,
    uncles: placeholders(block.uncleCount),
  }
}

type MutableBlock = { -readonly [Key in keyof BlockHeader]: BlockHeader[Key] }

function readAmounts(fields: Readonly<Record<string, unknown>>, block: MutableBlock): void {
  const gasUsed = readQuantity(fields.gasUsed)
  if (gasUsed !== undefined) block.gasUsed = gasUsed
  const gasLimit = readQuantity(fields.gasLimit)
  if (gasLimit !== undefined) block.gasLimit = gasLimit
  const difficulty = readQuantity(fields.difficulty)
  if (difficulty !== undefined) block.difficulty = difficulty
  const totalDifficulty = readQuantity(fields.totalDifficulty)
  if (totalDifficulty !== undefined && totalDifficulty > 0n) block.totalDifficulty = totalDifficulty
  const baseFeeWei = readQuantity(fields.baseFeePerGas)
  if (baseFeeWei !== undefined) block.baseFeeWei = baseFeeWei
  const blobGasUsed = readQuantity(fields.blobGasUsed)
  if (blobGasUsed !== undefined) block.blobGasUsed = blobGasUsed
  if (Array.isArray(fields.transactions)) block.transactionCount = fields.transactions.length
  if (Array.isArray(fields.uncles)) block.uncleCount = fields.uncles.length
}

function readRoots(fields: Readonly<Record<string, unknown>>, block: MutableBlock): void {
  const miner: Hex | undefined = readAddress(fields.miner)
  if (miner !== undefined && miner !== zeroAddress) block.miner = miner
  const transactionsRoot = readHash(fields.transactionsRoot)
  if (transactionsRoot !== undefined) block.transactionsRoot = transactionsRoot
  const stateRoot = readHash(fields.stateRoot)
  if (stateRoot !== undefined) block.stateRoot = stateRoot
  const extraData = fields.extraData === undefined ? undefined : readBytes(fields.extraData, 4_096)
  if (extraData !== undefined) block.extraData = extraData
}

/** Old readers use nothing but the length. */
function placeholders(count = 0): readonly object[] {
  return Array.from({ length: Math.min(count, maxListed) }, () => ({}))
}
