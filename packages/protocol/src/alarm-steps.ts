import { type Alarm, type AlarmKey, type AlarmSeverity, type AlarmTransition, alarmKeyText } from './alarm.ts'
import { AlarmBook } from './alarm-book.ts'
import type { Origin, UnixMs } from './item.ts'

/** Time between two changes of one alarm that stands: a figure in its text may move all the time. */
const leastBetweenChangesMs = 10_000

/** What an alarm says now. */
export interface AlarmWords {
  readonly severity: AlarmSeverity
  readonly text: string
  /** What to do about it. */
  readonly repair?: string
  readonly origin?: Partial<Origin>
}

/** What becomes of a step: it is ordinary telemetry. */
type Emit = (step: AlarmTransition) => void

/** The alarms of one program and their next steps: versions go on where they stood, and a step that says nothing new is not taken. */
export class AlarmSteps {
  readonly #book: AlarmBook
  readonly #firstVersion: (now: UnixMs) => number
  readonly #raised = new Map<string, AlarmKey>()

  /** `firstVersion` numbers an alarm that is not remembered; from 1 when absent. */
  constructor(capacity: number, firstVersion: (now: UnixMs) => number = () => 1) {
    this.#book = new AlarmBook(capacity)
    this.#firstVersion = firstVersion
  }

  /** Every alarm that is remembered, to be restored after a restart. */
  list(): readonly Alarm[] {
    return this.#book.list()
  }

  /** Takes over an alarm from before the start. */
  restore(alarm: Alarm): void {
    this.#book.restore(alarm)
    this.#index(alarm.key)
  }

  /** Takes a step somebody else took, such as an acknowledgement. */
  follow(step: AlarmTransition, now: UnixMs): void {
    this.#book.apply(step, now)
    this.#index(step.key)
  }

  isRaised(key: AlarmKey): boolean {
    return this.#book.get(key)?.condition === 'raised'
  }

  /** The alarms of a type that are raised now. */
  raised(alarmType: string): readonly Alarm[] {
    const alarms = [...this.#raised.values()].map((key) => this.#book.get(key))
    return alarms.filter((alarm) => alarm?.key.alarmType === alarmType).filter((alarm) => alarm !== undefined)
  }

  /** Raises it, or changes it when it stands with other words. `full` when there is no place for one more. */
  raise(key: AlarmKey, words: AlarmWords, now: UnixMs, emit: Emit): 'done' | 'full' {
    const before = this.#book.get(key)
    if (before?.condition !== 'raised') return this.#take('raised', key, words, now, emit)
    const isNews = before.severity !== words.severity || before.text !== words.text
    if (!isNews || now - before.changedAt < leastBetweenChangesMs) return 'done'
    return this.#take('changed', key, words, now, emit)
  }

  /** Clears it if it is raised. */
  clear(key: AlarmKey, text: string, now: UnixMs, emit: Emit): void {
    const before = this.#book.get(key)
    if (before?.condition !== 'raised') return
    const { severity, origin } = before
    this.#take('cleared', key, { severity, text, ...(origin && { origin }) }, now, emit)
  }

  #take(change: AlarmTransition['change'], key: AlarmKey, words: AlarmWords, now: UnixMs, emit: Emit): 'done' | 'full' {
    const before = this.#book.get(key)
    const version = before === undefined ? this.#firstVersion(now) : before.version + 1
    const step: AlarmTransition = { type: 'alarm', at: now, key, change, version, ...words }
    if (this.#book.apply(step, now) === undefined) return 'full'
    this.#index(key)
    emit(step)
    return 'done'
  }

  #index(key: AlarmKey): void {
    if (this.isRaised(key)) this.#raised.set(alarmKeyText(key), key)
    else this.#raised.delete(alarmKeyText(key))
  }
}
