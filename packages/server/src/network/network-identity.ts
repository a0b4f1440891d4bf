import type { NetworkId } from '@headwatch/protocol'
import { clipText } from './clip-text.ts'
import { chainGenesis } from './well-known-chains.ts'

/** Where things go of which nobody has said the network yet. */
export const unknownNetwork: NetworkId = 'unknown'

/** The parts of a network's key; undefined where it has another form. */
export function chainOf(network: NetworkId): { readonly chainId: string; readonly genesis?: string } | undefined {
  const parts = /^(\d{1,30})(?:-([0-9a-f]{8}))?$/.exec(network)
  const chainId = parts?.[1]
  if (chainId === undefined) return undefined
  return parts?.[2] === undefined ? { chainId } : { chainId, genesis: parts[2] }
}

/** What became of a claim: the network it means, and the short form that is known under that name from now on. */
export interface IdentifiedNetwork {
  readonly network: NetworkId
  readonly renamed?: NetworkId
}

/**
 * Joins `1` with `1-d4e56740` as long as only one genesis is known for chain 1. Where several are, the short form
 * means the one every client of that chain has, else itself: a guess would mix two networks.
 */
export class NetworkIdentity {
  readonly #genesesByChain = new Map<string, Set<string>>()
  readonly #maxChains: number
  readonly #maxGenesesPerChain = 16

  constructor(maxChains: number) {
    this.#maxChains = maxChains
  }

  identify(claimed: string): IdentifiedNetwork {
    const chain = chainOf(claimed)
    if (chain === undefined) return { network: clipText(claimed, 64) || unknownNetwork }
    if (chain.genesis === undefined) return { network: this.#longForm(chain.chainId) }
    const isFirst = this.#learn(chain.chainId, chain.genesis)
    return isFirst ? { network: claimed, renamed: chain.chainId } : { network: claimed }
  }

  #longForm(chainId: string): NetworkId {
    const known = this.#genesesByChain.get(chainId)
    const usual = chainGenesis(chainId)
    if (known === undefined) return chainId
    if (usual !== undefined && known.has(usual)) return `${chainId}-${usual}`
    const [only] = known
    return known.size === 1 && only !== undefined ? `${chainId}-${only}` : chainId
  }

  /** Whether this is the first genesis of the chain. */
  #learn(chainId: string, genesis: string): boolean {
    const known = this.#genesesByChain.get(chainId)
    if (known !== undefined) {
      if (known.size < this.#maxGenesesPerChain) known.add(genesis)
      return false
    }
    if (this.#genesesByChain.size >= this.#maxChains) return false
    this.#genesesByChain.set(chainId, new Set([genesis]))
    return true
  }
}
