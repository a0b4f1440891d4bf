import { rpcCall } from '../peers/json-rpc.ts'

/** A block as the chain itself tells it. */
export interface ChainBlock {
  readonly number: number
  readonly hash: string
  readonly sealedAtMs: number
}

/** Every block of the chain behind `endpoint`, oldest first, without the genesis. */
export async function readChain(endpoint: string): Promise<readonly ChainBlock[]> {
  const height = Number(await rpcCall(endpoint, 'eth_blockNumber'))
  const blocks: ChainBlock[] = []
  for (let number = 1; number <= height; number++) {
    const block = await rpcCall(endpoint, 'eth_getBlockByNumber', [`0x${number.toString(16)}`, false])
    const { hash, timestamp } = block as { hash: string; timestamp: string }
    blocks.push({ number, hash, sealedAtMs: Number(timestamp) * 1000 })
  }
  return blocks
}
