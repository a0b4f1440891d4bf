import type { MetricValue } from '../telemetry.ts'
import { reading } from '../well-known-readings.ts'
import type { Dialect } from './dialect.ts'
import { readCount, readFields, readMeasure, readQuantity } from './scalar.ts'

/** Values by metric name. */
export type Readings = Readonly<Record<string, MetricValue>>

/**
 * The readings in `stats`. `uptime` is never one: native clients always write 100, and the server counts for itself.
 * Undefined where `value` is no object.
 */
export function readStats(value: unknown, dialect: Dialect): Readings | undefined {
  const fields = readFields(value)
  if (fields === undefined) return undefined
  const readings: Record<string, MetricValue> = {}
  put(readings, reading.rpcUp, readFlag(fields.active))
  readSyncing(fields.syncing, dialect, readings)
  put(readings, reading.mining, readFlag(fields.mining))
  put(readings, reading.hashrate, readMeasure(fields.hashrate))
  put(readings, reading.peers, readCount(fields.peers))
  put(readings, reading.gasPriceWei, readQuantity(fields.gasPrice))
  for (const name of dialect.constantZeros) {
    const value = readings[name]
    if (value === 0 || value === 0n) delete readings[name]
  }
  return readings
}

/**
 * `stats` in geth's shape. `active` follows `rpc_up_bool`, and is true without one; `uptime` is geth's constant.
 * Readings that are unknown are left out.
 */
export function statsInGethShape(readings: Readings): Readonly<Record<string, unknown>> {
  return {
    active: readings[reading.rpcUp] !== 0,
    syncing: flagOf(readings[reading.syncing]),
    mining: flagOf(readings[reading.mining]),
    hashrate: numberOf(readings[reading.hashrate]),
    peers: numberOf(readings[reading.peers]),
    gasPrice: priceOf(readings[reading.gasPriceWei]),
    uptime: 100,
  }
}

/** Names whose change is worth a `stats` frame. */
export const statsReadings: readonly string[] = [
  reading.rpcUp,
  reading.syncing,
  reading.mining,
  reading.hashrate,
  reading.peers,
  reading.gasPriceWei,
]

/** `pending` as `{pending: n}`; undefined where there is no number. */
export function readPending(value: unknown): Readings | undefined {
  const pending = readCount(readFields(value)?.pending)
  return pending === undefined ? undefined : { [reading.pendingTransactions]: pending }
}

/** The way from agent to server in milliseconds; undefined where the client's figure does not tell it. */
export function readLatency(value: unknown, dialect: Dialect): Readings | undefined {
  const told = readMeasure(value)
  if (told === undefined || told > 3_600_000 || dialect.latency === 'unclear') return undefined
  return { [reading.latency]: dialect.latency === 'round_trip' ? told / 2 : told }
}

function readSyncing(value: unknown, dialect: Dialect, readings: Record<string, MetricValue>): void {
  const progress = readFields(value)
  if (progress !== undefined) {
    readings[reading.syncing] = 1
    put(readings, reading.syncStartBlock, readCount(progress.startingBlock))
    put(readings, reading.syncCurrentBlock, readCount(progress.currentBlock))
    put(readings, reading.syncHighestBlock, readCount(progress.highestBlock))
  } else if (typeof value === 'boolean') {
    readings[reading.syncing] = value === (dialect.syncing === 'plain') ? 1 : 0
  }
}

function readFlag(value: unknown): 0 | 1 | undefined {
  if (typeof value !== 'boolean') return undefined
  return value ? 1 : 0
}

function put(readings: Record<string, MetricValue>, name: string, value: MetricValue | undefined): void {
  if (value !== undefined) readings[name] = value
}

function flagOf(value: MetricValue | undefined): boolean | undefined {
  return value === undefined ? undefined : Number(value) !== 0
}

function numberOf(value: MetricValue | undefined): number | undefined {
  return value === undefined ? undefined : Number(value)
}

/** A number as far as numbers are exact, a decimal text beyond, which every server reads as well. */
function priceOf(value: MetricValue | undefined): number | string | undefined {
  if (value === undefined) return undefined
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
}
