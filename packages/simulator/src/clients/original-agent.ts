import type { ClientKind } from '../client-kind.ts'

interface AgentFlavour {
  /** `info.node`: the client that it watches. */
  readonly node: string
  readonly api: string
}

/** The agent that asks a client by JSON-RPC: hashes for transactions and uncles, prices as text, no pongs. */
function agentKind(name: string, { node, api }: AgentFlavour): ClientKind {
  return {
    name,
    info: (id, networkId) => ({
      name: id,
      contact: '',
      coinbase: null,
      node,
      net: String(networkId),
      protocol: 64,
      api,
      port: '30303',
      os: 'linux',
      os_v: '5.15.0',
      client: '0.1.1',
      canUpdateHistory: false,
    }),
    block: (block) => ({
      ...block,
      miner: `0x${'0'.repeat(40)}`,
      extraData: `0x${'d8'.repeat(97)}`,
      mixHash: `0x${'00'.repeat(32)}`,
      nonce: `0x${'00'.repeat(8)}`,
      receiptsRoot: `0x${'56'.repeat(32)}`,
      sha3Uncles: `0x${'1d'.repeat(32)}`,
      size: 608,
      transactions: block.transactions.map(({ hash }) => hash),
    }),
    stats: (peers) => ({
      active: true,
      syncing: false,
      mining: false,
      hashrate: 0,
      peers,
      gasPrice: '2000000000',
      uptime: 99.7,
    }),
    clientTime: Math.floor,
    latency: (roundTripMs) => Math.ceil(roundTripMs / 2),
    pong: () => undefined,
    tellsTiming: false,
  }
}

export const originalAgent: ClientKind = agentKind('original agent', {
  node: 'Geth/v1.9.7-stable/linux-amd64/go1.19.8',
  api: '0.15.3',
})

export const poaAgent: ClientKind = agentKind('POA agent', {
  node: 'Parity/v2.0.0/x86_64-linux-gnu/rustc1.27',
  api: '0.20.2',
})
