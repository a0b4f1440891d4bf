import type { BlockHeader, BlockTiming } from '../telemetry.ts'
import { blockInGethShape } from './block.ts'
import type { ClientTime } from './frame.ts'
import { type HelloFacts, helloInGethShape } from './hello.ts'
import { type Readings, statsInGethShape } from './stats.ts'

/*
 * The frames of an agent, in geth's shape: what an unmodified server compares between nodes is equal to what geth
 * would write. Nothing is ever null; what is not known and not demanded is left out.
 */

export const helloFrame = (facts: HelloFacts): string => frame('hello', helloInGethShape(facts))

export const nodePingFrame = (id: string, clientTime: ClientTime): string => frame('node-ping', { id, clientTime })

/** The one-way time; geth writes whole milliseconds as text. */
export const latencyFrame = (id: string, latencyMs: number): string =>
  frame('latency', { id, latency: String(Math.ceil(latencyMs)) })

export const blockFrame = (id: string, block: BlockHeader): string =>
  frame('block', { id, block: blockInGethShape(block) })

/** `processingMs` goes in nanoseconds. */
export const timingFrame = (id: string, { number, hash, processingMs }: BlockTiming): string =>
  frame('block_new_payload', {
    id,
    block: { number: Number(number), hash, processingTime: Math.round(processingMs * 1e6) },
  })

export const pendingFrame = (id: string, pending: number): string => frame('pending', { id, stats: { pending } })

export const statsFrame = (id: string, readings: Readings): string =>
  frame('stats', { id, stats: statsInGethShape(readings) })

/** Newest first, whatever the order given. */
export function historyFrame(id: string, blocks: readonly BlockHeader[]): string {
  const newestFirst = blocks.toSorted((a, b) => (a.number === b.number ? 0 : a.number > b.number ? -1 : 1))
  return frame('history', { id, history: newestFirst.map(blockInGethShape) })
}

/** The answer to a ping of either side, with its time. */
export const primusPong = (time: string): string => `"primus::pong::${time}"`

function frame(topic: string, payload: unknown): string {
  return JSON.stringify({ emit: [topic, payload] })
}
