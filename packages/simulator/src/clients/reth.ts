import { type ClientKind, echoedPong, goTime } from '../client-kind.ts'

/** Block number and time hexadecimal, everything else as geth; who it is stands under other keys. */
export const reth: ClientKind = {
  name: 'reth',
  info: (id, networkId) => ({
    name: 'Reth',
    node: id,
    port: 30303,
    network: String(networkId),
    protocol: 'eth/69',
    api: 'No',
    os: 'linux',
    os_ver: 'x86_64',
    client: 'reth/v1.9.0-abcdef01/x86_64-unknown-linux-gnu',
    history: false,
  }),
  block: (block) => ({
    ...block,
    number: `0x${block.number.toString(16)}`,
    timestamp: `0x${block.timestamp.toString(16)}`,
    totalDifficulty: '0',
  }),
  stats: (peers) => ({ active: true, syncing: false, peers, gasPrice: 0, uptime: 100 }),
  clientTime: (atMs) => goTime(atMs).replace('+0000 UTC m=+12.345678901', '+00:00 UTC'),
  latency: (roundTripMs) => Math.floor(roundTripMs / 2),
  pong: echoedPong,
  tellsTiming: false,
}
