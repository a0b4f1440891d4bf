import {
  type BlockHeader,
  type BlockReport,
  type NodeId,
  reading,
  type TelemetryRecord,
  type UnixMs,
} from '@headwatch/protocol'
import { isPlausibleSighting, type Sighting, serverTime } from './sighting.ts'

/** Older than this, by a clock that was measured, a record comes from a backlog and says nothing about now. */
const lateMs = 60_000
const longestExtraData = 2 + 2 * 512

/** Whether a record comes from a backlog. Without a measured clock nobody can say, and it counts as fresh. */
export function isLate(record: TelemetryRecord, now: UnixMs): boolean {
  return record.clock !== undefined && now - serverTime(record) > lateMs
}

/** Whether the Ethereum client itself must have answered for this record to exist. */
export function tellsOfClient(record: TelemetryRecord): boolean {
  if (record.type === 'block' || record.type === 'block_timing') return true
  if (record.type === 'node') return record.client !== undefined || record.chainId !== undefined
  if (record.type !== 'metrics') return false
  const { readings } = record
  if (readings[reading.rpcUp] !== undefined) return Number(readings[reading.rpcUp]) !== 0
  return readings[reading.peers] !== undefined || readings[reading.headNumber] !== undefined
}

/** The header as it is kept; undefined where it cannot be that of a block. */
export function blockFacts(block: BlockHeader): BlockHeader | undefined {
  if (block.hash.length !== 66 || block.parentHash.length !== 66) return undefined
  if (block.number < 0n || block.number > BigInt(Number.MAX_SAFE_INTEGER)) return undefined
  if (!Number.isFinite(block.timestampS)) return undefined
  if (block.extraData === undefined || block.extraData.length <= longestExtraData) return block
  const { extraData: _tooLong, ...kept } = block
  return kept
}

/** When this node had the block, and whether that says anything about how blocks spread. */
export function sightingOf(
  report: TelemetryRecord<BlockReport>,
  by: NodeId,
  isCatchingUp: boolean,
  now: UnixMs,
): Sighting {
  const at = serverTime(report)
  const isPlausible = isPlausibleSighting(at, report.block.timestampS, now)
  return {
    at: isPlausible ? at : Math.min(at, now),
    by,
    timed: isPlausible && report.occasion === 'head' && !isCatchingUp,
  }
}
