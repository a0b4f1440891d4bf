import type { Hex } from '../item.ts'
import type { BlockHeader, BlockReport, BlockTiming, MetricSet } from '../telemetry.ts'
import { readBlock } from './block.ts'
import { readClientClock } from './client-clock.ts'
import { type Dialect, plainDialect } from './dialect.ts'
import { openEnvelope } from './envelope.ts'
import type { AgentFrame, ClientTime, MalformedReason, TelemetryTopic } from './frame.ts'
import { readHello } from './hello.ts'
import { type EthstatsLimits, ethstatsLimits } from './limits.ts'
import { readFields, readHash, readMeasure, readQuantity } from './scalar.ts'
import { type Readings, readLatency, readPending, readStats } from './stats.ts'

/**
 * Reads what one agent sends over one connection. It never throws, whatever the text.
 *
 * It remembers two things between frames: how this client means what it writes, from its last hello, and
 * the last head, because clients repeat their head on a timer.
 */
export class AgentReader {
  readonly #limits: EthstatsLimits
  #dialect: Dialect = plainDialect
  #lastHead: Hex | undefined

  constructor(limits: EthstatsLimits = ethstatsLimits) {
    this.#limits = limits
  }

  read(text: string): AgentFrame {
    const envelope = openEnvelope(text, this.#limits)
    switch (envelope.kind) {
      case 'event':
        return this.#readEvent(envelope.topic, envelope.payload)
      case 'primus':
        return { kind: envelope.message === 'ping' ? 'primus_ping' : 'primus_pong', time: envelope.time }
      case 'object':
        return Object.hasOwn(envelope.fields, '_latency') ? { kind: 'spark_latency' } : { kind: 'ignored' }
      case 'primus_close':
      case 'primus_other':
        return { kind: 'ignored' }
      case 'malformed':
        return envelope
    }
  }

  #readEvent(topic: string, payload: unknown): AgentFrame {
    switch (topic) {
      case 'hello':
        return this.#readHello(payload)
      case 'node-ping':
        return readNodePing(payload)
      case 'block':
        return this.#readBlock(readFields(payload)?.block)
      case 'block_new_payload':
        return readTiming(readFields(payload)?.block)
      case 'pending':
        // One release of reth put the figure under the topic's own name.
        return metrics('pending', readPending(readFields(payload)?.stats ?? readFields(payload)?.pending))
      case 'stats':
        return metrics('stats', readStats(readFields(payload)?.stats, this.#dialect))
      case 'latency':
        return this.#readLatency(readFields(payload)?.latency)
      case 'history':
        return this.#readHistory(readFields(payload)?.history)
      case 'update':
        return this.#readUpdate(readFields(payload)?.stats)
      default:
        return { kind: 'ignored' }
    }
  }

  #readHello(payload: unknown): AgentFrame {
    const hello = readHello(payload, this.#limits)
    if (hello === undefined) return malformed('bad_hello')
    this.#dialect = hello.dialect
    return { kind: 'hello', hello }
  }

  #readBlock(value: unknown): AgentFrame {
    const block = readBlock(value)
    return block === undefined ? malformed('bad_block') : telemetry('block', [this.#headReport(block)])
  }

  #headReport(block: BlockHeader): BlockReport {
    const isRepeat = this.#dialect.blocks === 'timer' || block.hash === this.#lastHead
    this.#lastHead = block.hash
    return { type: 'block', occasion: isRepeat ? 'repeat' : 'head', block }
  }

  /** A figure that tells nothing still says that the client is there. */
  #readLatency(value: unknown): AgentFrame {
    if (readMeasure(value) === undefined) return malformed('bad_latency')
    const readings = readLatency(value, this.#dialect)
    return telemetry('latency', readings === undefined ? [] : [{ type: 'metrics', readings }])
  }

  #readHistory(value: unknown): AgentFrame {
    // Old agents answer `false` where they have nothing.
    if (value === false) return { kind: 'history', items: [], unreadable: 0 }
    if (!Array.isArray(value)) return malformed('bad_history')
    const items: BlockReport[] = []
    const read = Math.min(value.length, this.#limits.historyBlocks)
    for (let index = 0; index < read; index++) {
      const block = readBlock(value[index])
      if (block !== undefined) items.push({ type: 'block', occasion: 'history', block })
    }
    return { kind: 'history', items, unreadable: value.length - items.length }
  }

  /** The oldest agents put block, pending and stats in one frame. */
  #readUpdate(value: unknown): AgentFrame {
    const readings = readStats(value, this.#dialect)
    if (readings === undefined) return malformed('bad_update')
    const items: (BlockReport | MetricSet)[] = []
    const block = readBlock(readFields(value)?.block)
    if (block !== undefined) items.push(this.#headReport(block))
    const all = { ...readings, ...readPending(value) }
    if (Object.keys(all).length > 0) items.push({ type: 'metrics', readings: all })
    return telemetry('update', items)
  }
}

function readNodePing(payload: unknown): AgentFrame {
  const fields = readFields(payload)
  if (fields === undefined) return malformed('bad_node_ping')
  const clientTime = fields.clientTime
  if (clientTime === undefined) return { kind: 'node_ping' }
  if (!isEchoable(clientTime)) return malformed('bad_node_ping')
  const sentAt = readClientClock(clientTime)
  return { kind: 'node_ping', clientTime, ...(sentAt !== undefined && { sentAt }) }
}

/** What comes back in the answer is bounded: a text of a clock is short. */
function isEchoable(value: unknown): value is ClientTime {
  if (typeof value === 'string') return value.length <= 256
  return typeof value === 'number' || typeof value === 'boolean' || value === null
}

/** `processingTime` is in nanoseconds. */
function readTiming(value: unknown): AgentFrame {
  const fields = readFields(value)
  const number = readQuantity(fields?.number)
  const hash = readHash(fields?.hash)
  const nanoseconds = readMeasure(fields?.processingTime)
  if (number === undefined || hash === undefined || nanoseconds === undefined) return malformed('bad_timing')
  const timing: BlockTiming = { type: 'block_timing', number, hash, processingMs: nanoseconds / 1e6 }
  return telemetry('block_new_payload', [timing])
}

function metrics(topic: 'pending' | 'stats', readings: Readings | undefined): AgentFrame {
  if (readings === undefined) return malformed(topic === 'stats' ? 'bad_stats' : 'bad_pending')
  return telemetry(topic, Object.keys(readings).length === 0 ? [] : [{ type: 'metrics', readings }])
}

function telemetry(topic: TelemetryTopic, items: readonly (BlockReport | BlockTiming | MetricSet)[]): AgentFrame {
  return { kind: 'telemetry', topic, items }
}

function malformed(reason: MalformedReason): AgentFrame {
  return { kind: 'malformed', reason }
}
