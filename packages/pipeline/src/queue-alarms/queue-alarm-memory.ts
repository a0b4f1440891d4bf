import type { Alarm } from '@headwatch/protocol'

/** What a restart has to know of the alarms about queues: their versions, and what has been told. */
export interface RememberedQueueAlarms {
  readonly alarms: readonly Alarm[]
  /** Damaged records that have been told of, by pipeline. */
  readonly quarantinedRecords: Readonly<Record<string, number>>
}

/** Where alarms about queues outlive the program. */
export interface QueueAlarmMemory {
  /** Nothing where nothing is remembered, or what is cannot be read. Never rejects. */
  load(): Promise<RememberedQueueAlarms>
  /** @throws it cannot be written now. */
  save(remembered: RememberedQueueAlarms): Promise<void>
}
