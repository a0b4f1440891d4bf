import type { Alarm, AlarmChange, AlarmTransition } from './alarm.ts'
import type { UnixMs } from './item.ts'

/** A step whose time is known. */
export type TimedStep = AlarmTransition & { readonly at: UnixMs }

/** Steps kept apart, so that one which comes late is put where it belongs. */
const keptSteps = 8

/** Of steps with the same version, the later one. A raise among them counts for more than a clear: nothing is hidden. */
const rank: Readonly<Record<AlarmChange, number>> = {
  acknowledged: 0,
  shelved: 1,
  unshelved: 2,
  cleared: 3,
  changed: 4,
  raised: 5,
}

/** One alarm: how it stood, and the last steps since then in the order of their versions. */
export class AlarmHistory {
  #settled: Alarm | undefined
  #steps: readonly TimedStep[] = []
  #alarm: Alarm | undefined

  constructor(settled?: Alarm) {
    this.#settled = settled
    this.#alarm = settled
  }

  /** As it stands; undefined before the first step. */
  get alarm(): Alarm | undefined {
    return this.#alarm
  }

  /** As it stood before `steps`. */
  get settled(): Alarm | undefined {
    return this.#settled
  }

  get steps(): readonly TimedStep[] {
    return this.#steps
  }

  /** False when the step says nothing that is not known. */
  take(step: TimedStep): boolean {
    if (this.#settled !== undefined && step.version <= this.#settled.version) return this.#takeLate(step)
    const place = this.#steps.findLastIndex((known) => order(known, step) <= 0)
    const before = this.#steps[place]
    if (step.version < 1 || (before !== undefined && order(before, step) === 0)) return false
    this.#steps = this.#steps.toSpliced(place + 1, 0, step)
    if (this.#steps.length > keptSteps) this.#settleOldest()
    this.#fold()
    return true
  }

  #settleOldest(): void {
    const [oldest, ...rest] = this.#steps
    if (oldest !== undefined) this.#settled = next(this.#settled, oldest)
    this.#steps = rest
  }

  #fold(): void {
    let alarm = this.#settled
    for (const step of this.#steps) alarm = next(alarm, step)
    this.#alarm = alarm
  }

  /** The steps around it are gone. Only whether the alarm is raised can still be put right. */
  #takeLate({ change, version, at }: TimedStep): boolean {
    const settled = this.#settled
    if (settled === undefined || version <= (settled.conditionVersion ?? settled.version)) return false
    if (change !== 'raised' && change !== 'cleared') return false
    const { clearedAt: _before, ...standing } = settled
    const cleared = change === 'cleared' ? { clearedAt: at } : {}
    this.#settled = { ...standing, condition: change, conditionVersion: version, ...cleared }
    this.#fold()
    return true
  }
}

function order(one: AlarmTransition, other: AlarmTransition): number {
  return one.version - other.version || rank[one.change] - rank[other.change]
}

function next(before: Alarm | undefined, step: TimedStep): Alarm {
  const { key, severity, text, version, at } = step
  const origin = step.origin ?? before?.origin
  const { repair } = step
  const told = { key, severity, text, version, changedAt: at, ...(repair !== undefined && { repair }) }
  const kept = { ...before, ...told, ...(origin && { origin }) }
  const begun = before === undefined ? { conditionVersion: 0 } : {}
  const standing = { condition: 'raised' as const, raisedAt: at, ...begun, ...kept }
  switch (step.change) {
    case 'raised': {
      const raised = { ...standing, conditionVersion: version }
      return before?.condition === 'raised' ? raised : raisedAnew({ ...raised, condition: 'raised', raisedAt: at })
    }
    case 'changed':
      return standing
    case 'cleared':
      return { ...standing, condition: 'cleared', conditionVersion: version, clearedAt: at }
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
