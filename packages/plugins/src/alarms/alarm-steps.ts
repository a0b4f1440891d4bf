import {
  type Alarm,
  AlarmBook,
  type AlarmKey,
  type AlarmSeverity,
  type AlarmTransition,
  alarmKeyText,
  type Origin,
  type UnixMs,
} from '@headwatch/protocol'
import type { Emit } from '@headwatch/sdk'

/** Time between two changes of one alarm that stands: a figure in its text may move all the time. */
const leastBetweenChangesMs = 10_000

/** What an alarm says now. */
export interface AlarmWords {
  readonly severity: AlarmSeverity
  readonly text: string
  readonly origin?: Partial<Origin>
}

/** Our alarms and their next steps: versions go on where they stood, and a step that says nothing new is not taken. */
export class AlarmSteps {
  readonly #book: AlarmBook
  readonly #raised = new Map<string, AlarmKey>()

  constructor(capacity: number) {
    this.#book = new AlarmBook(capacity)
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
    const version = (this.#book.get(key)?.version ?? 0) + 1
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
