import { AlarmSteps, type AlarmTransition, alarmKeyText } from '@headwatch/protocol'
import type { Clock, Logger } from '@headwatch/sdk'
import type { Destination } from '../delivery/destination.ts'
import type { PipelineQueue } from '../pipeline-queue.ts'
import { messageOf } from '../supervision/supervised.ts'
import { DeliveryWatch } from './delivery-watch.ts'
import type { QueueAlarmMemory, RememberedQueueAlarms } from './queue-alarm-memory.ts'
import {
  abandonedCondition,
  overTexts,
  type QueueCondition,
  queueAlarmKey,
  queueAlarmTypes,
  stuckCondition,
} from './queue-conditions.ts'
import { QueueWatch } from './queue-watch.ts'
import { ToldSteps } from './told-steps.ts'

export interface QueueAlarmParts {
  readonly agent: string
  readonly queues: readonly PipelineQueue[]
  /** Queues with a backlog of which no pipeline is configured. */
  readonly abandoned: readonly string[]
  readonly destinations: readonly Destination[]
  readonly clock: Clock
  readonly logger: Logger
  /** Absent where nothing outlives the program. */
  readonly memory?: QueueAlarmMemory | undefined
  readonly remembered: RememberedQueueAlarms
  /** Takes a step as telemetry of the pipeline that it is about. */
  readonly emit: (step: AlarmTransition) => void
}

const maxAlarms = 1_000

/** A destination, watched. */
interface Delivery {
  readonly destination: Destination
  readonly watch: DeliveryWatch
  /** Those that end in it. */
  readonly pipelines: readonly PipelineQueue[]
}

/** The program's own alarms about its queues: full, stuck, damaged, not writable, or kept for nobody. */
export class QueueAlarms {
  readonly #parts: QueueAlarmParts
  readonly #steps: AlarmSteps
  readonly #queues: readonly QueueWatch[]
  readonly #deliveries: readonly Delivery[]
  readonly #told = new ToldSteps()
  #settledRuns = 0
  #conditions: readonly QueueCondition[] = []
  #saving: Promise<void> | undefined
  #isUnsaved = false

  constructor(parts: QueueAlarmParts) {
    const { agent, queues, destinations, clock, remembered } = parts
    this.#parts = parts
    // An alarm that is not remembered may still be known elsewhere from before; its versions lie lower than the time.
    this.#steps = new AlarmSteps(maxAlarms, (now) => Math.max(1, Math.floor(now / 1_000)))
    for (const alarm of remembered.alarms) this.#steps.restore(alarm)
    this.#queues = queues.map((queue) => {
      const { name } = queue.pipeline
      const isDamageTold = this.#steps.isRaised(queueAlarmKey(agent, 'queue_damaged', name))
      return new QueueWatch(queue, agent, remembered.quarantinedRecords[name] ?? 0, isDamageTold)
    })
    this.#deliveries = destinations.map((destination) => ({
      destination,
      watch: new DeliveryWatch(destination, clock.monotonicMs()),
      pipelines: queues.filter(({ readers }) => readers.has(destination.name)),
    }))
  }

  /** Looks at everything, and tells what has changed. Called about once a second. */
  tick(): void {
    const { clock } = this.#parts
    const nowMs = clock.monotonicMs()
    this.#conditions = [
      ...this.#parts.abandoned.map((name) => abandonedCondition(this.#parts.agent, name)),
      ...this.#queues.flatMap((queue) => queue.look(nowMs)),
      ...this.#deliveries.flatMap((delivery) => this.#stuck(delivery, nowMs)),
    ]
    const now = clock.now()
    const standing = new Set<string>()
    const take = (step: AlarmTransition) => this.#take(step)
    for (const { key, ...words } of this.#conditions) {
      standing.add(alarmKeyText(key))
      this.#steps.raise(key, words, now, take)
    }
    for (const alarmType of queueAlarmTypes)
      for (const { key } of this.#steps.raised(alarmType))
        if (!standing.has(alarmKeyText(key))) this.#steps.clear(key, overTexts[alarmType](key.qualifier), now, take)
    this.#tellAgain(nowMs)
  }

  /** Sentences on what keeps data from being taken or delivered; empty when nothing does. */
  problems(): readonly string[] {
    return this.#conditions
      .filter(({ severity }) => severity !== 'warning' && severity !== 'minor')
      .map(({ text }) => text)
  }

  /** Resolves when what changed last is remembered. */
  async close(): Promise<void> {
    await this.#saving
  }

  /** Once something is delivered again: before, it would only wait behind what is let go next. */
  #tellAgain(nowMs: number): void {
    const settledRuns = this.#deliveries.reduce((sum, { destination }) => sum + destination.settledRuns, 0)
    if (settledRuns === this.#settledRuns) return
    this.#settledRuns = settledRuns
    for (const step of this.#told.again(this.#droppedRecords, nowMs)) this.#parts.emit(step)
  }

  get #droppedRecords(): number {
    return this.#parts.queues.reduce((sum, { inlet }) => sum + inlet.droppedRecords, 0)
  }

  #stuck({ destination: { name }, watch, pipelines }: Delivery, nowMs: number): readonly QueueCondition[] {
    watch.look(nowMs)
    const [first] = pipelines
    if (first === undefined) return []
    const condition = stuckCondition(this.#parts.agent, first.pipeline.name, name)
    const afterMs = Math.min(...pipelines.map(({ pipeline }) => pipeline.queue.stuckAfterMs))
    // Once raised, and over a restart, it stands until something is delivered.
    const isStuck = watch.stuckForMs >= afterMs || (watch.stuckForMs > 0 && this.#steps.isRaised(condition.key))
    return isStuck ? [condition] : []
  }

  #take(step: AlarmTransition): void {
    this.#parts.emit(step)
    this.#told.add(step, this.#droppedRecords, this.#parts.clock.monotonicMs())
    this.#isUnsaved = true
    this.#saving ??= this.#save().finally(() => {
      this.#saving = undefined
    })
  }

  async #save(): Promise<void> {
    const { memory, logger } = this.#parts
    while (this.#isUnsaved && memory !== undefined) {
      this.#isUnsaved = false
      const quarantinedRecords = Object.fromEntries(
        this.#queues.map((queue) => [queue.pipeline, queue.quarantinedRecords]),
      )
      try {
        await memory.save({ alarms: this.#steps.list(), quarantinedRecords })
      } catch (error) {
        logger.warn('alarms about queues cannot be remembered', { reason: messageOf(error) })
      }
    }
  }
}
