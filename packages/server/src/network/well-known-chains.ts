/** What people call a chain, and the first four bytes of its genesis hash where it is certain. */
interface WellKnownChain {
  readonly name: string
  readonly genesis?: string
}

const chains: ReadonlyMap<string, WellKnownChain> = new Map([
  ['1', { name: 'Ethereum', genesis: 'd4e56740' }],
  ['10', { name: 'OP Mainnet' }],
  ['30', { name: 'Rootstock' }],
  ['56', { name: 'BNB Smart Chain' }],
  ['61', { name: 'Ethereum Classic' }],
  ['77', { name: 'POA Sokol' }],
  ['99', { name: 'POA Core' }],
  ['100', { name: 'Gnosis' }],
  ['137', { name: 'Polygon' }],
  ['246', { name: 'Energy Web' }],
  ['250', { name: 'Fantom' }],
  ['1337', { name: 'Development chain 1337' }],
  ['8453', { name: 'Base' }],
  ['10200', { name: 'Chiado' }],
  ['17000', { name: 'Holesky', genesis: 'b5f7f912' }],
  ['31337', { name: 'Development chain 31337' }],
  ['42161', { name: 'Arbitrum One' }],
  ['42220', { name: 'Celo' }],
  ['43114', { name: 'Avalanche C-Chain' }],
  ['73799', { name: 'Volta' }],
  ['560048', { name: 'Hoodi', genesis: 'bbe31286' }],
  ['11155111', { name: 'Sepolia', genesis: '25a5cc10' }],
])

/** The chain's usual name; undefined for one we do not know. */
export function chainName(chainId: string): string | undefined {
  return chains.get(chainId)?.name
}

/** The genesis every client of that chain has; undefined where we do not know it. */
export function chainGenesis(chainId: string): string | undefined {
  return chains.get(chainId)?.genesis
}
