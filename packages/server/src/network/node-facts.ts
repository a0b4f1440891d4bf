import { type ClockOffset, type Location, type MetricSet, type NodeReport, reading } from '@headwatch/protocol'
import { clipText } from './clip-text.ts'

/** What a node says of itself: its latest word, field by field. */
export interface NodeFacts {
  client?: string
  os?: string
  contact?: string
  reporter?: string
  location?: Location
  peers?: number
  pendingTransactions?: number
  gasPriceWei?: bigint
  latencyMs?: number
  /** Of the node's machine, where its readings tell of it. */
  clock?: ClockOffset
  /** Undefined until it has said whether it syncs. */
  isSyncing?: boolean
  syncProgress?: number
  /** Undefined until the agent has said whether the client answers. */
  isAnswering?: boolean
}

const textLength = 256

/** Takes over what a report tells; what it leaves out stays. */
export function applyNodeReport(facts: NodeFacts, report: NodeReport): void {
  if (report.client !== undefined) facts.client = clipText(report.client, textLength)
  if (report.os !== undefined) {
    facts.os = clipText(report.osVersion === undefined ? report.os : `${report.os} ${report.osVersion}`, textLength)
  }
  if (report.contact !== undefined) facts.contact = clipText(report.contact, textLength)
  if (report.reporter !== undefined) facts.reporter = clipText(report.reporter, textLength)
  if (report.location !== undefined) facts.location = clipLocation(report.location)
}

/** Takes over the readings that concern the node; labelled ones are parts of a host and never do. */
export function applyReadings(facts: NodeFacts, { readings, labels }: MetricSet): void {
  if (labels !== undefined && Object.keys(labels).length > 0) return
  applyCounts(facts, readings)
  const answering = readings[reading.rpcUp]
  if (answering !== undefined) facts.isAnswering = Number(answering) !== 0
  const syncing = readings[reading.syncing]
  if (syncing !== undefined) facts.isSyncing = Number(syncing) !== 0
  if (facts.isSyncing !== true) delete facts.syncProgress
  else applyProgress(facts, readings)
}

function applyCounts(facts: NodeFacts, readings: MetricSet['readings']): void {
  const peers = readings[reading.peers]
  if (peers !== undefined) facts.peers = Number(peers)
  const pending = readings[reading.pendingTransactions]
  if (pending !== undefined) facts.pendingTransactions = Number(pending)
  const latency = readings[reading.latency]
  if (latency !== undefined) facts.latencyMs = Number(latency)
  const [offsetMs, errorMs] = [readings[reading.clockOffset], readings[reading.clockError]]
  if (offsetMs !== undefined && errorMs !== undefined) {
    facts.clock = { offsetMs: Number(offsetMs), errorMs: Math.max(0, Number(errorMs)) }
  }
  const price = readings[reading.gasPriceWei]
  if (price !== undefined)
    facts.gasPriceWei = BigInt(typeof price === 'bigint' ? price : Math.max(0, Math.round(price)))
}

function applyProgress(facts: NodeFacts, readings: MetricSet['readings']): void {
  const current = Number(readings[reading.syncCurrentBlock])
  const highest = Number(readings[reading.syncHighestBlock])
  if (Number.isNaN(current) || Number.isNaN(highest) || highest <= 0) return
  facts.syncProgress = Math.min(1, Math.max(0, current / highest))
}

function clipLocation(location: Location): Location {
  if (location.city === undefined) return location
  return { ...location, city: clipText(location.city, textLength) }
}
