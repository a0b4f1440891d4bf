import { type ClientKind, echoedPong, goTime, halfAsText } from '../client-kind.ts'

/** What differs between the releases of geth, and between geth and what grew from its code. */
export interface GethFlavour {
  /** `info.node` */
  readonly node: string
  readonly stats: Readonly<Record<string, unknown>>
  readonly totalDifficulty: 'told' | 'zero'
  readonly answersPings?: boolean
  readonly tellsTiming?: boolean
  readonly port?: number
  /** Written in place of the block's author. */
  readonly author?: string
}

/** geth, and Erigon, whose code was geth's. */
export function gethKind(name: string, flavour: GethFlavour): ClientKind {
  const { node, stats, totalDifficulty, answersPings = true, tellsTiming = false, port = 30303, author } = flavour
  return {
    name,
    info: (id, networkId) => ({
      name: id,
      node,
      port,
      net: String(networkId),
      protocol: 'eth/68, snap/1',
      api: 'No',
      os: 'linux',
      os_v: 'amd64',
      client: '0.1.1',
      canUpdateHistory: false,
    }),
    block: (block) => ({
      ...block,
      ...(totalDifficulty === 'zero' && { totalDifficulty: '0' }),
      ...(author !== undefined && { miner: author }),
    }),
    stats: (peers) => ({ active: true, syncing: false, peers, gasPrice: 1_250_000_000, uptime: 100, ...stats }),
    clientTime: goTime,
    latency: halfAsText,
    pong: (time) => (answersPings ? echoedPong(time) : undefined),
    tellsTiming,
  }
}

/** Before 1.13 `syncing` was true of a node in sync. */
const old = { syncing: true, mining: false, hashrate: 0 }

export const gethKinds: readonly ClientKind[] = [
  gethKind('geth 1.9', {
    node: 'Geth/v1.9.7-stable/linux-amd64/go1.13.4',
    stats: old,
    totalDifficulty: 'told',
    answersPings: false,
  }),
  gethKind('geth 1.10', {
    node: 'Geth/v1.10.26-stable/linux-amd64/go1.18.5',
    stats: old,
    totalDifficulty: 'told',
  }),
  gethKind('geth 1.14', {
    node: 'Geth/v1.14.13-stable/linux-amd64/go1.23.4',
    stats: {},
    totalDifficulty: 'told',
  }),
  gethKind('geth 1.17', {
    node: 'Geth/v1.17.0-stable/linux-amd64/go1.24',
    stats: {},
    totalDifficulty: 'zero',
    tellsTiming: true,
  }),
]

export const erigon: ClientKind = gethKind('Erigon', {
  node: 'erigon/v3.2.0/linux-amd64/go1.24',
  stats: { mining: false, hashrate: 0, gasPrice: 0 },
  totalDifficulty: 'told',
  port: 0,
  author: `0x${'0'.repeat(40)}`,
})
