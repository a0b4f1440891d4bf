import { type Alarm, type AlarmTransition, alarmKeyText } from './alarm.ts'
import type { UnixMs } from './item.ts'

/**
 * The alarms that stand, built from transitions in whatever order they come.
 *
 * Bounded: beyond `capacity` the alarm that was cleared longest ago is forgotten; a raised alarm never is, so a
 * transition that would need the place of one is refused.
 */
export class AlarmBook {
  readonly #alarms = new Map<string, Alarm>()
  readonly #capacity: number

  constructor(capacity = 10_000) {
    this.#capacity = capacity
  }

  /** The alarm after the step, or undefined when the step is older than what is known or there is no place for it. */
  apply(step: AlarmTransition, now: UnixMs): Alarm | undefined {
    const key = alarmKeyText(step.key)
    const before = this.#alarms.get(key)
    if (before !== undefined && step.version <= before.version) return undefined
    if (before === undefined && !this.#makeRoom()) return undefined
    const after = next(before, step, step.at ?? now)
    this.#alarms.delete(key)
    this.#alarms.set(key, after)
    return after
  }

  /** Takes an alarm as it stood, for a program that starts; an older version than what is known changes nothing. */
  restore(alarm: Alarm): void {
    const key = alarmKeyText(alarm.key)
    const before = this.#alarms.get(key)
    if (before !== undefined ? before.version < alarm.version : this.#makeRoom()) this.#alarms.set(key, alarm)
  }

  get(key: AlarmTransition['key']): Alarm | undefined {
    return this.#alarms.get(alarmKeyText(key))
  }

  /** Raised alarms first, then by the time of their last change, newest first. */
  list(): readonly Alarm[] {
    const rank = (alarm: Alarm): number => (alarm.condition === 'raised' ? 0 : 1)
    return [...this.#alarms.values()].sort((a, b) => rank(a) - rank(b) || b.changedAt - a.changedAt)
  }

  #makeRoom(): boolean {
    if (this.#alarms.size < this.#capacity) return true
    for (const [key, alarm] of this.#alarms) {
      if (alarm.condition === 'cleared') return this.#alarms.delete(key)
    }
    return false
  }
}

function next(before: Alarm | undefined, step: AlarmTransition, at: UnixMs): Alarm {
  const { key, severity, text, version } = step
  const origin = step.origin ?? before?.origin
  const kept = { ...before, key, severity, text, version, changedAt: at, ...(origin && { origin }) }
  const standing = { condition: 'raised' as const, raisedAt: at, ...kept }
  switch (step.change) {
    case 'raised':
      return before?.condition === 'raised' ? standing : raisedAnew({ ...standing, condition: 'raised', raisedAt: at })
    case 'changed':
      return standing
    case 'cleared':
      return { ...standing, condition: 'cleared', clearedAt: at }
    case 'acknowledged':
      return { ...standing, acknowledgedAt: at, acknowledgedBy: step.actor ?? 'unknown' }
    case 'shelved':
      return { ...standing, ...(step.shelvedUntil !== undefined && { shelvedUntil: step.shelvedUntil }) }
    case 'unshelved': {
      const { shelvedUntil: _ended, ...unshelved } = standing
      return unshelved
    }
  }
}

/** A new life of the alarm: nobody has acknowledged it yet. */
function raisedAnew(alarm: Alarm): Alarm {
  const { acknowledgedAt: _at, acknowledgedBy: _by, clearedAt: _cleared, ...fresh } = alarm
  return fresh
}
