import type { Clock, Logger, Meter } from '@headwatch/sdk'
import type { QueueLimits, WhenFull } from '../queue.ts'
import type { AsideFolder } from './aside-folder.ts'
import type { Bookkeeper } from './bookkeeper.ts'
import type { Quarantine } from './quarantine.ts'
import type { QueueState } from './queue-state.ts'
import type { Retention } from './retention.ts'
import type { SegmentWriter } from './segment-writer.ts'

/** What an open folder is made of; see `openDiskQueue`. */
export interface DiskQueueParts {
  readonly folder: string
  readonly state: QueueState
  readonly bookkeeper: Bookkeeper
  readonly retention: Retention
  readonly writer: SegmentWriter
  readonly quarantine: AsideFolder
  readonly refused: AsideFolder
  readonly guard: Quarantine
  readonly limits: QueueLimits
  readonly whenFull: WhenFull
  readonly segmentBytes: number
  readonly salt: number
  readonly clock: Clock
  readonly logger: Logger
  readonly meter: Meter
  readonly lock: { readonly bytes: number; release(): void }
}
