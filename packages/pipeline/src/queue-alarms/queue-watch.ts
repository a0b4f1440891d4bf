import type { PipelineQueue } from '../pipeline-queue.ts'
import {
  damagedCondition,
  fullCondition,
  orphanCondition,
  type QueueCondition,
  unwritableCondition,
} from './queue-conditions.ts'

/** Somebody who waits for room this long is held back by a full queue, and not by a busy disk. */
const heldMs = 10_000

/** A queue that let nothing go for this long is not full any more. */
const fullForMs = 60_000

const damagedForMs = 86_400_000

/** What is wrong with one queue. */
export class QueueWatch {
  readonly #watched: PipelineQueue
  readonly #agent: string
  #droppedRecords = 0
  #quarantinedRecords: number
  #fullUntilMs = 0
  #damagedUntilMs = 0

  /** `quarantinedRecords`: as many were told of before. `isDamageTold`: and not long ago. */
  constructor(watched: PipelineQueue, agent: string, quarantinedRecords: number, isDamageTold: boolean) {
    this.#watched = watched
    this.#agent = agent
    this.#quarantinedRecords = quarantinedRecords
    if (isDamageTold) this.#damagedUntilMs = damagedForMs
  }

  get pipeline(): string {
    return this.#watched.pipeline.name
  }

  /** How many damaged records have been told of. */
  get quarantinedRecords(): number {
    return this.#quarantinedRecords
  }

  look(nowMs: number): readonly QueueCondition[] {
    const { queue, inlet, pipeline } = this.#watched
    const { quarantinedRecords, problem } = queue.health()
    if (inlet.droppedRecords > this.#droppedRecords || inlet.heldForMs > heldMs) this.#fullUntilMs = nowMs + fullForMs
    this.#droppedRecords = inlet.droppedRecords
    if (quarantinedRecords > this.#quarantinedRecords) this.#damagedUntilMs = nowMs + damagedForMs
    this.#quarantinedRecords = quarantinedRecords
    const { name } = pipeline
    return [
      ...(nowMs < this.#fullUntilMs ? [fullCondition(this.#agent, this.#watched)] : []),
      ...(problem === undefined ? [] : [unwritableCondition(this.#agent, name, problem)]),
      ...(nowMs < this.#damagedUntilMs ? [damagedCondition(this.#agent, name)] : []),
      ...queue.orphans().map(({ destination }) => orphanCondition(this.#agent, name, destination)),
    ]
  }
}
