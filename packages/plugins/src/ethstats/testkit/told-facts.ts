import { reading } from '@headwatch/protocol'
import { type AgentFrame, AgentReader } from '@headwatch/protocol/ethstats'
import type { RecordedFrame } from './recorded-case.ts'

type Items = Extract<AgentFrame, { kind: 'telemetry' | 'history' }>['items']

/** What a client of this protocol may tell, and where it shows that it does. */
const facts = {
  syncing: has(reading.syncing),
  mining: has(reading.mining),
  hash_rate: has(reading.hashrate),
  peers: has(reading.peers),
  pending: has(reading.pendingTransactions),
  gas_price: has(reading.gasPriceWei),
  latency: has(reading.latency),
  clock: (frame: AgentFrame) => frame.kind === 'node_ping' && frame.sentAt !== undefined,
  propagation: anyItem((item) => item.type === 'block' && item.occasion === 'head'),
  author: anyItem((item) => item.type === 'block' && item.block.miner !== undefined),
  total_difficulty: anyItem((item) => item.type === 'block' && item.block.totalDifficulty !== undefined),
  base_fee: anyItem((item) => item.type === 'block' && item.block.baseFeeWei !== undefined),
  execution_time: anyItem((item) => item.type === 'block_timing'),
  old_blocks: anyItem((item) => item.type === 'block' && item.occasion === 'history'),
  port: (frame: AgentFrame) => frame.kind === 'hello' && frame.hello.node.p2pPort !== undefined,
} as const satisfies Record<string, (frame: AgentFrame) => boolean>

export type Fact = keyof typeof facts

export const allFacts = Object.keys(facts) as readonly Fact[]

/** What is told in a conversation. */
export function toldFacts(frames: readonly RecordedFrame[]): readonly Fact[] {
  const reader = new AgentReader()
  const read = frames.flatMap(({ from, frame }) => (from === 'agent' ? [reader.read(frame)] : []))
  return allFacts.filter((fact) => read.some(facts[fact]))
}

function has(name: string) {
  return anyItem((item) => item.type === 'metrics' && item.readings[name] !== undefined)
}

function anyItem(holds: (item: Items[number]) => boolean) {
  return (frame: AgentFrame) => (frame.kind === 'telemetry' || frame.kind === 'history') && frame.items.some(holds)
}
