import { type MetricValue, reading } from '@headwatch/protocol'
import type { Answer, Call } from './json-rpc.ts'
import { resultOf } from './node-identity.ts'
import { toCount, toQuantity } from './quantities.ts'

/** What is asked of the client every round, besides the head. */
export const readingCalls = [
  { method: 'net_peerCount' },
  { method: 'eth_syncing' },
  { method: 'eth_gasPrice' },
  { method: 'txpool_status' },
  { method: 'eth_getBlockTransactionCountByNumber', params: ['pending'] },
] as const satisfies readonly Call[]

/** The readings behind the answers to `readingCalls`. What a client cannot tell is left out. */
export function readReadings(answers: readonly (Answer | undefined)[]): Record<string, MetricValue> {
  const [peers, syncing, gasPrice, pool, pendingBlock] = answers.map(resultOf)
  const readings: Record<string, MetricValue> = {}
  put(readings, reading.peers, toCount(peers))
  put(readings, reading.gasPriceWei, toQuantity(gasPrice))
  put(readings, reading.pendingTransactions, toCount(fieldOf(pool, 'pending')) ?? toCount(pendingBlock))
  return { ...readings, ...syncReadings(syncing) }
}

/** `false`, or an object with at least where it stands and where it wants to be. */
function syncReadings(syncing: unknown): Record<string, MetricValue> {
  if (syncing === false) return { [reading.syncing]: 0 }
  if (syncing === true) return { [reading.syncing]: 1 }
  if (typeof syncing !== 'object' || syncing === null) return {}
  const readings: Record<string, MetricValue> = { [reading.syncing]: 1 }
  put(readings, reading.syncStartBlock, toCount(fieldOf(syncing, 'startingBlock')))
  put(readings, reading.syncCurrentBlock, toCount(fieldOf(syncing, 'currentBlock')))
  put(readings, reading.syncHighestBlock, toCount(fieldOf(syncing, 'highestBlock')))
  return readings
}

function put(readings: Record<string, MetricValue>, name: string, value: MetricValue | undefined): void {
  if (value !== undefined) readings[name] = value
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}
