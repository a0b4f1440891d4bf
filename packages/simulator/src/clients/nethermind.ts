import { type ClientKind, echoedPong } from '../client-kind.ts'

/** Uncles as empty objects, numbers for times, no history. */
export const nethermind: ClientKind = {
  name: 'Nethermind',
  info: (id, networkId) => ({
    name: id,
    node: 'Nethermind/v1.31.0+abcdef01/linux-x64/dotnet9.0.2',
    port: 30303,
    net: String(networkId),
    protocol: 'eth/68',
    api: 'no',
    os: 'linux',
    os_V: 'X64',
    client: '0.1.1',
    contact: null,
    canUpdateHistory: false,
  }),
  block: (block) => ({ ...block, uncles: block.uncles.map(() => ({})) }),
  stats: (peers) => ({
    active: true,
    syncing: false,
    mining: false,
    hashrate: 0,
    peers,
    gasPrice: 1_100_000_000,
    uptime: 100,
  }),
  clientTime: Math.floor,
  latency: Math.floor,
  pong: echoedPong,
  tellsTiming: false,
}
