import type { ClientKind } from '../client-kind.ts'

const hex = (value: number | string): string => `0x${BigInt(value).toString(16)}`
const filler = (byte: string, bytes: number): string => `0x${byte.repeat(bytes)}`

/** Every number hexadecimal, whole transactions, `syncing` for a node in sync, the whole round trip for latency. */
export const besu: ClientKind = {
  name: 'Besu',
  info: (id, networkId) => ({
    name: id,
    node: 'besu/v26.3.0/linux-x86_64/openjdk-java-21',
    port: '30303',
    net: String(networkId),
    protocol: '[eth/68, snap/1]',
    api: 'No',
    os: 'linux',
    os_v: 'x86_64',
    client: '0.1.1',
    canUpdateHistory: false,
    contact: '',
  }),
  block: (block) => ({
    ...block,
    number: hex(block.number),
    timestamp: hex(block.timestamp),
    gasUsed: hex(block.gasUsed),
    gasLimit: hex(block.gasLimit),
    difficulty: hex(block.difficulty),
    totalDifficulty: hex(block.totalDifficulty),
    transactions: block.transactions.map(({ hash }, index) => wholeTransaction(hash, block.hash, index)),
    sha3Uncles: filler('1d', 32),
    logsBloom: filler('00', 256),
    receiptsRoot: filler('56', 32),
    mixHash: filler('00', 32),
    nonce: filler('00', 8),
    extraData: '0x626573752032362e33',
    size: hex(2_048),
    baseFeePerGas: hex(7),
  }),
  stats: (peers) => ({
    active: true,
    mining: false,
    hashrate: 0,
    peers,
    gasPrice: 1_000_000_000,
    syncing: true,
    uptime: 100,
  }),
  clientTime: (atMs) => String(Math.floor(atMs)),
  latency: (roundTripMs) => String(Math.floor(roundTripMs)),
  pong: (_time, nowMs) => `"primus::pong::${Math.floor(nowMs)}"`,
  tellsTiming: false,
}

function wholeTransaction(hash: string, blockHash: string, index: number): Readonly<Record<string, unknown>> {
  return {
    blockHash,
    hash,
    transactionIndex: hex(index),
    from: filler('aa', 20),
    to: filler('bb', 20),
    value: hex(1_000_000),
    gas: hex(21_000),
    gasPrice: hex(1_000_000_000),
    nonce: hex(index),
    input: filler('cd', 68),
    r: filler('0e', 32),
    s: filler('0f', 32),
    v: '0x1',
  }
}
