import { reading, type TelemetryRecord } from '@headwatch/protocol'
import type { PretendBlock } from './pretend-chain.ts'

/** Whom a round of readings is about. */
export interface PretendOrigin {
  readonly agent: string
  readonly node: string
  readonly network: string
}

/** What an agent tells once of its node. */
export function nodeRecord(origin: PretendOrigin, chainId: bigint, genesis: string, at: number): TelemetryRecord {
  return {
    type: 'node',
    origin,
    at,
    client: 'Geth/v1.17.0-stable/linux-amd64/go1.24',
    chainId,
    networkId: String(chainId),
    genesis: genesis as `0x${string}`,
    protocols: 'eth/68, snap/1',
    reporter: 'simulator/0.1.0',
  }
}

/** What one round of an agent's collectors brings: the new head, the client's readings, the host's, and those of one disk. */
export function roundOf(
  origin: PretendOrigin,
  block: PretendBlock,
  at: number,
  random: () => number,
): TelemetryRecord[] {
  const about = { origin, at }
  return [
    { ...about, type: 'block', occasion: 'head', block: headerOf(block) },
    { ...about, type: 'metrics', readings: clientReadings(block, random) },
    { ...about, type: 'metrics', readings: hostReadings(random) },
    {
      ...about,
      type: 'metrics',
      labels: { mount: '/' },
      readings: {
        [reading.diskUsed]: 812_000_000_000 + Math.floor(random() * 1_000_000),
        [reading.diskTotal]: 2_000_000_000_000,
        disk_available_bytes: 1_188_000_000_000,
      },
    },
  ]
}

function headerOf(block: PretendBlock) {
  return {
    number: BigInt(block.number),
    hash: block.hash as `0x${string}`,
    parentHash: block.parentHash as `0x${string}`,
    timestampS: block.timestamp,
    miner: block.miner as `0x${string}`,
    gasUsed: BigInt(block.gasUsed),
    gasLimit: BigInt(block.gasLimit),
    baseFeeWei: 7_000_000_000n,
    difficulty: BigInt(block.difficulty),
    totalDifficulty: BigInt(block.totalDifficulty),
    transactionCount: block.transactions.length,
    uncleCount: block.uncles.length,
    transactionsRoot: block.transactionsRoot as `0x${string}`,
    stateRoot: block.stateRoot as `0x${string}`,
  }
}

function clientReadings(block: PretendBlock, random: () => number) {
  return {
    [reading.rpcUp]: 1,
    [reading.peers]: Math.floor(random() * 50),
    [reading.gasPriceWei]: 1_000_000_000n + BigInt(Math.floor(random() * 1e9)),
    [reading.pendingTransactions]: Math.floor(random() * 300),
    [reading.syncing]: 0,
    [reading.headNumber]: block.number,
    [reading.baseFeeWei]: 7_000_000_000n,
    rpc_round_ms: random() * 20,
  }
}

function hostReadings(random: () => number) {
  return {
    [reading.cpuUsed]: random(),
    cpu_steal_ratio: 0,
    [reading.load1]: random() * 4,
    [reading.memoryTotal]: 67_000_000_000,
    [reading.memoryUsed]: 40_000_000_000 + Math.floor(random() * 1_000_000_000),
    swap_used_bytes: 0,
    [reading.hostUptime]: 1_000_000 + Math.floor(random() * 1_000),
    [reading.clientCpu]: random() * 2,
    [reading.clientMemory]: 12_000_000_000 + Math.floor(random() * 1_000_000),
    [reading.clientOpenFiles]: 600,
  }
}
