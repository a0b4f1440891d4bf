import { type NodeReport, networkIdOf } from '@headwatch/protocol'
import { RetryableError } from '@headwatch/sdk'
import { decodeBlock } from './decode-block.ts'
import type { Answer, JsonRpc } from './json-rpc.ts'
import { toQuantity, toText } from './quantities.ts'

/** Who answers, and which network that is. */
export interface NodeIdentity {
  readonly network: string
  readonly report: NodeReport
}

/** Asks the client who it is. @throws {RetryableError} it cannot even say which chain it is on. */
export async function askIdentity(rpc: JsonRpc, signal: AbortSignal): Promise<NodeIdentity> {
  const [version, chain, net, genesisBlock, protocol] = await rpc.batch(
    [
      { method: 'web3_clientVersion' },
      { method: 'eth_chainId' },
      { method: 'net_version' },
      { method: 'eth_getBlockByNumber', params: ['0x0', false] },
      { method: 'eth_protocolVersion' },
    ],
    signal,
  )
  const chainId = toQuantity(resultOf(chain))
  const networkId = toText(resultOf(net), 32)
  const id = chainId ?? networkId
  if (id === undefined) throw new RetryableError('the client does not say which chain it is on')
  const genesis = decodeBlock(resultOf(genesisBlock))?.hash
  const client = toText(resultOf(version), 256)
  const wire = toQuantity(resultOf(protocol))
  return {
    network: networkIdOf(id, genesis),
    report: {
      type: 'node',
      ...(client !== undefined && { client }),
      ...(chainId !== undefined && { chainId }),
      ...(networkId !== undefined && { networkId }),
      ...(genesis !== undefined && { genesis }),
      ...(wire !== undefined && { protocols: `eth/${wire}` }),
    },
  }
}

/** The result, or undefined when there is none. */
export function resultOf(answer: Answer | undefined): unknown {
  return answer?.kind === 'result' ? answer.result : undefined
}
