import { reading } from '../well-known-readings.ts'

/**
 * How a client means what it writes, as far as its hello tells which client it is.
 * Only differences that the values themselves do not show are here.
 */
export interface Dialect {
  /** `inverted`: true means in sync. */
  readonly syncing: 'plain' | 'inverted'
  /** `timer`: blocks come on a timer alone and say nothing about propagation. */
  readonly blocks: 'head' | 'timer'
  /** What `latency` is in terms of the way from agent to server. `unclear`: mixed with the difference of two clocks. */
  readonly latency: 'one_way' | 'round_trip' | 'unclear'
  /** Readings that are zero whatever is true. */
  readonly constantZeros: readonly string[]
  /** What `info.net` is. */
  readonly net: 'network_id' | 'chain_id'
  /** Which key holds the client's version text. */
  readonly version: 'node' | 'client'
  /** Whether `info.port` is a reading. */
  readonly port: 'told' | 'constant'
  /** What a ping of the server does to it. `fatal`: it cannot read a frame that is a text and hangs up. */
  readonly primusPing: 'harmless' | 'fatal'
}

const plain: Dialect = {
  syncing: 'plain',
  blocks: 'head',
  latency: 'one_way',
  constantZeros: [],
  net: 'network_id',
  version: 'node',
  port: 'told',
  primusPing: 'harmless',
}

const oldGeth: Dialect = { ...plain, syncing: 'inverted' }
const oldestGeth: Dialect = { ...oldGeth, primusPing: 'fatal' }
const besu: Dialect = {
  ...plain,
  syncing: 'inverted',
  blocks: 'timer',
  latency: 'round_trip',
  constantZeros: [reading.hashrate],
  net: 'chain_id',
}
const nethermind: Dialect = { ...plain, latency: 'unclear', constantZeros: [reading.hashrate] }
const erigon: Dialect = { ...plain, constantZeros: [reading.gasPriceWei, reading.mining, reading.hashrate] }
const reth: Dialect = {
  ...plain,
  constantZeros: [reading.gasPriceWei],
  net: 'chain_id',
  version: 'client',
  port: 'constant',
}

/** The dialect before a hello, and of every client that writes like a new geth. */
export const plainDialect = plain

/**
 * The dialect of whoever says hello with these texts (`info.name`, `info.node`, `info.client`).
 * The original agent asks the client itself about syncing, so what its node is called changes nothing.
 */
export function dialectOf(info: Readonly<Record<string, unknown>>): Dialect {
  const node = textOf(info.node)
  if (isOriginalAgent(info)) return plain
  if (node.startsWith('besu/')) return besu
  if (node.startsWith('nethermind/')) return nethermind
  if (node.startsWith('erigon/')) return erigon
  if (textOf(info.name) === 'reth' || textOf(info.client).startsWith('reth/') || node.startsWith('reth/')) return reth
  return node.startsWith('geth/') ? gethDialect(node) : plain
}

/** Its `api` is a version, where clients that speak ethstats themselves write `No`. */
function isOriginalAgent(info: Readonly<Record<string, unknown>>): boolean {
  return typeof info.api === 'string' && /^[0-9]/.test(info.api)
}

/**
 * Before 1.13.11 `syncing` is `current block >= highest block`.
 * Before 1.9.17 a ping ends the connection.
 */
function gethDialect(node: string): Dialect {
  const [, major, minor, patch] = /\/v([0-9]{1,4})\.([0-9]{1,4})\.([0-9]{1,4})/.exec(node) ?? []
  if (patch === undefined) return plain
  const release = (Number(major) * 1e4 + Number(minor)) * 1e4 + Number(patch)
  if (release < 1_0009_0017) return oldestGeth
  return release < 1_0013_0011 ? oldGeth : plain
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 256).toLowerCase() : ''
}
