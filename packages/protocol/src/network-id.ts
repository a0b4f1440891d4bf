import type { Hex, NetworkId } from './item.ts'

/**
 * What a reporter can say of the network: `1` from a chain or network id alone, `1-d4e56740` (four bytes of the
 * genesis hash) when the genesis is known too. The server joins the short form with the long one as long as
 * only one genesis is known for the id.
 */
export function networkIdOf(chainId: bigint | string, genesis?: Hex): NetworkId {
  return genesis === undefined ? String(chainId) : `${chainId}-${genesis.slice(2, 10)}`
}
