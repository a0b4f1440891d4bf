import type { DiskLog } from './disk-log.ts'
import type { Places } from './places.ts'

/** What an open queue is at a moment: shared by the parts that change it, each its own. */
export interface QueueState {
  readonly log: DiskLog
  readonly places: Places
  /** What stood below this number was given up for all. */
  floor: bigint
  /** The newest segment file there has to be. */
  newestSegment: bigint | undefined
  quarantinedRecords: number
  readonly operatingMs: () => number
}
