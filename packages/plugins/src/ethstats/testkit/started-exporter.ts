import { type Batch, type BlockHeader, reading, type Telemetry, type TelemetryRecord } from '@headwatch/protocol'
import { checkedConfig, type FakeHost, fakeHost, whileClockRuns } from '@headwatch/sdk/testkit'
import { ethstatsExporter } from '../exporter.ts'
import type { OriginalServer } from './original-server.ts'

const signal = new AbortController().signal

export const blockAt = (number: number): BlockHeader => ({
  number: BigInt(number),
  hash: `0x${number.toString(16).padStart(64, '0')}`,
  parentHash: `0x${(number - 1).toString(16).padStart(64, '0')}`,
  timestampS: 1_700_000_000 + number,
  gasUsed: 21_000n,
  gasLimit: 30_000_000n,
  difficulty: 2n,
  totalDifficulty: BigInt(number * 2),
  miner: `0x${'12'.repeat(20)}`,
  transactionCount: 3,
  uncleCount: 0,
  stateRoot: `0x${'5a'.repeat(32)}`,
  transactionsRoot: `0x${'5b'.repeat(32)}`,
})

export const node: Telemetry = {
  type: 'node',
  client: 'Geth/v1.17.0-stable/linux-amd64/go1.24',
  chainId: 5n,
  p2pPort: 30_303,
  os: 'linux',
}
export const head = (number: number, occasion: 'head' | 'history' = 'head'): Telemetry => ({
  type: 'block',
  occasion,
  block: blockAt(number),
})
export const metrics = (readings: Record<string, number | bigint>): Telemetry => ({ type: 'metrics', readings })
export const readings = metrics({
  [reading.rpcUp]: 1,
  [reading.syncing]: 0,
  [reading.peers]: 12,
  [reading.gasPriceWei]: 1_500_000_000n,
  [reading.pendingTransactions]: 7,
  [reading.cpuUsed]: 0.5,
})

/** An exporter that tells `server` of the node eu-1. */
export async function started(server: Pick<OriginalServer, 'endpoint' | 'until'>, config: object = {}) {
  const host = fakeHost({ self: { agent: 'eu-1', node: 'eu-1' } })
  const options = { endpoint: server.endpoint, secret: 's3cr3t', ...config }
  const exporter = ethstatsExporter.create(await checkedConfig(ethstatsExporter.config, options), host)
  return {
    host,
    send: (items: readonly Telemetry[], nodeId = 'eu-1') => exporter.export(batchOf(host, items, nodeId), signal),
    /** Sends what waited for the server. */
    sendBacklog: (items: readonly Telemetry[]) =>
      exporter.export({ ...batchOf(host, items, 'eu-1'), lane: 'backlog' }, signal),
    /** Lets time pass in steps the loopback can follow until `isEnough`. */
    run: (isEnough: () => boolean) => whileClockRuns(host.clock, server.until(isEnough)),
    async [Symbol.asyncDispose]() {
      await exporter[Symbol.asyncDispose]?.()
    },
  }
}

export function batchOf(host: FakeHost, items: readonly Telemetry[], nodeId: string): Batch {
  const origin = { agent: 'eu-1', node: nodeId, network: '5-d4e56740' }
  const records = items.map((item) => ({ origin, at: host.clock.now(), ...item }) as TelemetryRecord)
  const source = { agent: 'eu-1', stream: 'main', epoch: 'e' }
  return { source, lane: 'live', first: 1n, count: records.length, records }
}

export const topicsOf = (server: OriginalServer) => server.events.map(({ topic }) => topic)
export const heard = (server: OriginalServer, topic: string) => server.events.filter((event) => event.topic === topic)

/** The heights of each history told. */
export const historyNumbers = (server: OriginalServer) =>
  heard(server, 'history').map(({ payload }) => (payload.history as { number: number }[]).map(({ number }) => number))
