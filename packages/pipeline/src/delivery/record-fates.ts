import type { Batch } from '@headwatch/protocol'
import type { ExportOutcome } from '@headwatch/sdk'

/** What an exporter says of the records of a batch, each of them named once. */
export interface RecordFates {
  /** Ascending. */
  readonly kept: readonly number[]
  /** Indices by reason. */
  readonly rejected: ReadonlyMap<string, readonly number[]>
  readonly skipped: ReadonlyMap<string, readonly number[]>
  readonly sentCount: number
}

/** Reads an outcome, believing of it only what can be: what is named twice is rather sent again, and rather set aside than skipped. */
export function recordFates({ records }: Batch, outcome: ExportOutcome | undefined): RecordFates {
  const free = new Set(records.keys())
  const kept = (outcome?.kept ?? []).filter((index) => free.delete(index)).sort((a, b) => a - b)
  const take = (named: ExportOutcome['rejected'] = []) => {
    const taken = named.filter(({ index }) => free.delete(index))
    const byReason = Map.groupBy(taken, ({ reason }) => reason)
    return new Map([...byReason].map(([reason, all]) => [reason, all.map(({ index }) => index)] as const))
  }
  const rejected = take(outcome?.rejected)
  const skipped = take(outcome?.skipped)
  return { kept, rejected, skipped, sentCount: free.size }
}
