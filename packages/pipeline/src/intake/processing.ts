import type { Batch, Telemetry, TelemetryRecord } from '@headwatch/protocol'
import { type Emit, type Meter, type Processor, RetryableError } from '@headwatch/sdk'
import type { Supervised } from '../supervision/supervised.ts'

/** What a batch became: itself, changed, with holes where records were dropped; and what processors added. */
export interface Processed {
  readonly batch: Batch
  readonly added: readonly TelemetryRecord[]
}

/**
 * After this many faults in a row a processor is made anew. Fewer are the fault of a record, which must not be able to
 * take what the processor knows of all others.
 */
const faultsUntilRestart = 10

/** A processor as one pipeline has it. */
export interface ProcessorInPlace {
  readonly processor: Supervised<Processor>
  /** Whether this pipeline is the one that takes its judgements about what did not come; several may share a processor. */
  readonly ticksHere: boolean
}

interface Stage extends ProcessorInPlace {
  faultsInRow: number
}

/** One way of records through the stages: what is added meanwhile, and how each stage adds it. */
interface Walk {
  readonly added: TelemetryRecord[]
  readonly emits: readonly Emit[]
}

/**
 * The processors of a pipeline in their order. What one adds is seen by those behind it. A record that makes a processor
 * throw is dropped and counted: passed on as it was, it might carry what the processor is there to take out.
 */
export class Processing {
  readonly #stages: readonly Stage[]
  readonly #complete: (item: Telemetry) => TelemetryRecord
  readonly #meter: Meter

  /** `complete` fills in what a processor leaves out of the items it adds. */
  constructor(processors: readonly ProcessorInPlace[], complete: (item: Telemetry) => TelemetryRecord, meter: Meter) {
    this.#stages = processors.map((place) => ({ ...place, faultsInRow: 0 }))
    this.#complete = complete
    this.#meter = meter
  }

  /** @throws {RetryableError} a processor is being made anew. */
  checkReady(): void {
    for (const { processor } of this.#stages)
      if (processor.current === undefined)
        throw new RetryableError(`the processor "${processor.name}" is being restarted`)
  }

  process(batch: Batch): Processed {
    if (this.#stages.length === 0) return { batch, added: [] }
    const walk = this.#walk()
    const records: TelemetryRecord[] = []
    const offsets: number[] = []
    for (const [index, record] of batch.records.entries()) {
      const kept = this.#through(record, 0, walk)
      if (kept === undefined) continue
      records.push(kept)
      offsets.push(batch.offsets?.[index] ?? index)
    }
    const { offsets: _, ...rest } = batch
    return { batch: { ...rest, records, ...(records.length < batch.count && { offsets }) }, added: walk.added }
  }

  /** What becomes of an item that is new here: itself, and what processors add to it. */
  add(item: Telemetry): readonly TelemetryRecord[] {
    const walk = this.#walk()
    this.#emit(item, 0, walk)
    return walk.added
  }

  /** Asks the processors for judgements about what did not come. */
  tick(): readonly TelemetryRecord[] {
    const walk = this.#walk()
    for (const [index, stage] of this.#stages.entries()) {
      const instance = stage.processor.current
      const emit = walk.emits[index]
      if (!stage.ticksHere || instance?.tick === undefined || emit === undefined) continue
      try {
        instance.tick(emit)
        stage.faultsInRow = 0
      } catch (error) {
        stumble(stage, instance, error)
      }
    }
    return walk.added
  }

  #walk(): Walk {
    const walk: Walk = {
      added: [],
      emits: this.#stages.map((_, index) => (item: Telemetry) => this.#emit(item, index + 1, walk)),
    }
    return walk
  }

  #through(record: TelemetryRecord, from: number, walk: Walk): TelemetryRecord | undefined {
    let current = record
    for (let index = from; index < this.#stages.length; index++) {
      const stage = this.#stages[index]
      const emit = walk.emits[index]
      if (stage === undefined || emit === undefined) break
      const answer = judge(stage, current, emit)
      if (answer === 'fault' || answer === undefined) {
        const reason = answer === 'fault' ? 'fault' : 'processor'
        this.#meter.count('headwatch_dropped_total', 1, { at: stage.processor.name, reason })
        return undefined
      }
      current = answer
    }
    return current
  }

  #emit(item: Telemetry, next: number, walk: Walk): void {
    const kept = this.#through(this.#complete(item), next, walk)
    if (kept !== undefined) walk.added.push(kept)
  }
}

function judge(stage: Stage, record: TelemetryRecord, emit: Emit): TelemetryRecord | undefined | 'fault' {
  const instance = stage.processor.current
  if (instance === undefined) return 'fault'
  try {
    const answer = instance.process(record, emit)
    stage.faultsInRow = 0
    return answer
  } catch (error) {
    stumble(stage, instance, error)
    return 'fault'
  }
}

function stumble(stage: Stage, instance: Processor, error: unknown): void {
  if (++stage.faultsInRow < faultsUntilRestart) return stage.processor.stumbled(error)
  stage.faultsInRow = 0
  void stage.processor.fault(error, instance)
}
