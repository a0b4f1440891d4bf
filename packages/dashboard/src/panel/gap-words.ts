import { timeOfDay, timeOfMinute } from '../format/ages.ts'
import { countOf } from '../format/numbers.ts'
import type { HistoryGap } from './history.ts'
import type { Hole } from './holes.ts'

const reasons: Readonly<Record<string, string>> = {
  wrapped: 'given up by the agent’s queue, oldest first (wrapped)',
  dropped: 'let go by the agent (dropped)',
  quarantined: 'damaged and set aside (quarantined)',
  lost: 'lost on the way (lost)',
}

/**
 * One sentence about records that never came. A gap tells numbers, not times: the newest hole that began before it was
 * declared is most likely theirs.
 */
export function gapWords({ records, reason, storedAt }: HistoryGap, holes: readonly Hole[]): string {
  const why = reasons[reason] ?? `the agent says: ${reason}`
  const hole = holes.findLast(({ from }) => from < storedAt)
  const when =
    hole === undefined ? `as told at ${timeOfMinute(storedAt)} UTC` : `most likely those of ${spanText(hole)} UTC`
  return `${countOf(records, 'record')} never came, ${when}: ${why}.`
}

/** With seconds where minutes would say nothing. */
function spanText({ from, to }: Hole): string {
  const clock = to - from < 120_000 ? timeOfDay : timeOfMinute
  return `${clock(from)} to ${clock(to)}`
}
