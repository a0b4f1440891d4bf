import type { ClockOffset, Origin, UnixMs } from './item.ts'
import { keyText } from './key-text.ts'

/** ITU-T X.733 perceived severity, without `cleared`, which is a state of its own here. */
export type AlarmSeverity = 'critical' | 'major' | 'minor' | 'warning' | 'indeterminate'

/** Identifies one condition. Same key again is a change of the same alarm, never a new one (RFC 8632 section 3.2). */
export interface AlarmKey {
  /** What is affected: `node/geth-b`, `network/1`, `agent/eu-1/queue`. */
  readonly resource: string
  /** Lower snake case: `node_silent`, `disk_nearly_full`. */
  readonly alarmType: string
  /** Tells alarms of one type on one resource apart, such as a mount point; empty where there is only one. */
  readonly qualifier: string
}

/**
 * What happened to an alarm. The condition (`raised`, `changed`, `cleared`) and what people do about it
 * (`acknowledged`, `shelved`, `unshelved`) are two independent axes: clearing keeps the acknowledgement, acknowledging never clears.
 */
export type AlarmChange = 'raised' | 'changed' | 'cleared' | 'acknowledged' | 'shelved' | 'unshelved'

/** One step in the life of an alarm. */
export interface AlarmTransition {
  readonly type: 'alarm'
  readonly origin?: Partial<Origin>
  /** When the step was taken, by the clock of whoever took it. */
  readonly at?: UnixMs
  readonly clock?: ClockOffset
  readonly key: AlarmKey
  readonly change: AlarmChange
  /**
   * Grows by one with each step of this alarm and never restarts while the alarm is remembered: whoever receives
   * steps out of order puts them in this order, so raise and clear never cross over. Two who took a step at once may
   * have given it the same version: then what people did comes first, then `cleared`, `changed`, `raised`.
   */
  readonly version: number
  readonly severity: AlarmSeverity
  /** One sentence for people. Text from outside when the alarm came from outside. */
  readonly text: string
  /** What to do about it, one sentence for people: X.733's proposed repair action. */
  readonly repair?: string
  /** Who acknowledged or shelved it. */
  readonly actor?: string
  /** When a shelved alarm comes back by itself. */
  readonly shelvedUntil?: UnixMs
}

/** An alarm as it stands after its latest step. */
export interface Alarm {
  readonly key: AlarmKey
  readonly condition: 'raised' | 'cleared'
  readonly severity: AlarmSeverity
  readonly text: string
  readonly repair?: string
  readonly version: number
  /**
   * The version that last raised or cleared it, 0 where none was seen; absent where that is not known. A step that
   * comes late is judged by it.
   */
  readonly conditionVersion?: number
  readonly origin?: Partial<Origin>
  readonly raisedAt: UnixMs
  readonly changedAt: UnixMs
  readonly clearedAt?: UnixMs
  readonly acknowledgedBy?: string
  readonly acknowledgedAt?: UnixMs
  readonly shelvedUntil?: UnixMs
}

/** The key as one string, for maps and addresses. Parts are escaped, so different keys never collide. */
export function alarmKeyText({ resource, alarmType, qualifier }: AlarmKey): string {
  return keyText([resource, alarmType, qualifier])
}
