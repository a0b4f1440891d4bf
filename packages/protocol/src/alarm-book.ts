import { type Alarm, type AlarmTransition, alarmKeyText } from './alarm.ts'
import { AlarmHistory } from './alarm-history.ts'
import type { UnixMs } from './item.ts'

/**
 * The alarms that stand, built from transitions in whatever order they come: the same steps give the same alarms.
 *
 * Bounded: beyond `capacity` the alarm that was cleared longest ago is forgotten; a raised alarm never is, so a
 * transition that would need the place of one is refused.
 */
export class AlarmBook {
  readonly #alarms = new Map<string, AlarmHistory>()
  readonly #capacity: number

  constructor(capacity = 10_000) {
    this.#capacity = capacity
  }

  /** The alarm after the step, or undefined when the step is known, too old to matter, or there is no place for it. */
  apply(step: AlarmTransition, now: UnixMs): Alarm | undefined {
    const key = alarmKeyText(step.key)
    const known = this.#alarms.get(key)
    if (known === undefined && !this.#makeRoom()) return undefined
    const history = known ?? new AlarmHistory()
    if (!history.take({ ...step, at: step.at ?? now })) return undefined
    this.#alarms.delete(key)
    this.#alarms.set(key, history)
    return history.alarm
  }

  /** Takes an alarm as it stood, for a program that starts; an older version than what is known changes nothing. */
  restore(alarm: Alarm): void {
    const key = alarmKeyText(alarm.key)
    const before = this.#alarms.get(key)?.alarm
    if (before !== undefined ? before.version < alarm.version : this.#makeRoom())
      this.#alarms.set(key, new AlarmHistory(alarm))
  }

  get(key: AlarmTransition['key']): Alarm | undefined {
    return this.#alarms.get(alarmKeyText(key))?.alarm
  }

  /** Raised alarms first, then by the time of their last change, newest first. */
  list(): readonly Alarm[] {
    const rank = (alarm: Alarm): number => (alarm.condition === 'raised' ? 0 : 1)
    const alarms = [...this.#alarms.values()].flatMap(({ alarm }) => alarm ?? [])
    return alarms.sort((a, b) => rank(a) - rank(b) || b.changedAt - a.changedAt)
  }

  /**
   * What to keep so that another book knows the same, the alarm changed longest ago first: `settled` is to be restored
   * there, then `steps` applied.
   */
  *histories(): Generator<{ readonly settled: Alarm | undefined; readonly steps: readonly AlarmTransition[] }> {
    for (const { settled, steps } of this.#alarms.values()) yield { settled, steps }
  }

  #makeRoom(): boolean {
    if (this.#alarms.size < this.#capacity) return true
    for (const [key, { alarm }] of this.#alarms) {
      if (alarm?.condition === 'cleared') return this.#alarms.delete(key)
    }
    return false
  }
}
