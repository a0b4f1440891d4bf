import type { BlockHeader, Hex } from '@headwatch/protocol'
import { toCount, toHex, toQuantity } from './quantities.ts'

/** Reads the answer of `eth_getBlockBy…`. Undefined when it is null or lacks what identifies a block. */
export function decodeBlock(answer: unknown): BlockHeader | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined
  const block = answer as Record<string, unknown>
  const number = toQuantity(block['number'])
  const hash = toHex(block['hash'], 32)
  const parentHash = toHex(block['parentHash'], 32)
  const timestampS = toCount(block['timestamp'])
  if (number === undefined || hash === undefined || parentHash === undefined || timestampS === undefined)
    return undefined
  return { number, hash, parentHash, timestampS, ...quantitiesOf(block), ...hashesOf(block), ...countsOf(block) }
}

function quantitiesOf(block: Record<string, unknown>): Partial<BlockHeader> {
  return present({
    gasUsed: toQuantity(block['gasUsed']),
    gasLimit: toQuantity(block['gasLimit']),
    baseFeeWei: toQuantity(block['baseFeePerGas']),
    difficulty: toQuantity(block['difficulty']),
    totalDifficulty: toQuantity(block['totalDifficulty']),
    blobGasUsed: toQuantity(block['blobGasUsed']),
  })
}

function hashesOf(block: Record<string, unknown>): Partial<BlockHeader> {
  return present({
    miner: toHex(block['miner'], 20),
    transactionsRoot: toHex(block['transactionsRoot'], 32),
    stateRoot: toHex(block['stateRoot'], 32),
    extraData: extraDataOf(block['extraData']),
  })
}

function countsOf(block: Record<string, unknown>): Partial<BlockHeader> {
  const { transactions, uncles } = block
  return present({
    transactionCount: Array.isArray(transactions) ? transactions.length : undefined,
    uncleCount: Array.isArray(uncles) ? uncles.length : undefined,
  })
}

/** Clique checkpoints carry 20 bytes for each signer; what is longer than 512 of them is left out. */
function extraDataOf(value: unknown): Hex | undefined {
  return typeof value === 'string' && value.length <= 20_800 && /^0x[0-9a-f]*$/i.test(value)
    ? (value.toLowerCase() as Hex)
    : undefined
}

function present<T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never
}
