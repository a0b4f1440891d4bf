import { type AlarmTransition, alarmKeyText } from '@headwatch/protocol'

/** A step is told again no sooner than this. */
const againMs = 60_000

interface Told {
  readonly step: AlarmTransition
  /** Records that had been let go by then. */
  readonly droppedRecords: number
  readonly atMs: number
}

/**
 * The last step of each alarm, and whether it may have been among what a full queue let go since: then it is told again, under its own
 * version, so that nobody is left with an alarm that is over, or without one that stands.
 */
export class ToldSteps {
  readonly #told = new Map<string, Told>()

  add(step: AlarmTransition, droppedRecords: number, atMs: number): void {
    this.#told.set(alarmKeyText(step.key), { step, droppedRecords, atMs })
  }

  /** Those to be told again, when so many records have been let go by now. They count as told. */
  again(droppedRecords: number, nowMs: number): readonly AlarmTransition[] {
    const due = [...this.#told.values()].filter(
      (told) => told.droppedRecords < droppedRecords && nowMs - told.atMs >= againMs,
    )
    for (const { step } of due) this.add(step, droppedRecords, nowMs)
    return due.map(({ step }) => step)
  }
}
