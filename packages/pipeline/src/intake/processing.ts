import type { Batch, Telemetry, TelemetryRecord } from '@headwatch/protocol'
import { type Meter, type Processor, RetryableError } from '@headwatch/sdk'
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
    const added: TelemetryRecord[] = []
    const records: TelemetryRecord[] = []
    const offsets: number[] = []
    for (const [index, record] of batch.records.entries()) {
      const kept = this.#through(record, 0, added)
      if (kept === undefined) continue
      records.push(kept)
      offsets.push(batch.offsets?.[index] ?? index)
    }
    const { offsets: _, ...rest } = batch
    return { batch: { ...rest, records, ...(records.length < batch.count && { offsets }) }, added }
  }

  /** What becomes of an item that is new here: itself, and what processors add to it. */
  add(item: Telemetry): readonly TelemetryRecord[] {
    const added: TelemetryRecord[] = []
    this.#emit(item, 0, added)
    return added
  }

  /** Asks the processors for judgements about what did not come. */
  tick(): readonly TelemetryRecord[] {
    const added: TelemetryRecord[] = []
    for (const [index, stage] of this.#stages.entries()) {
      if (!stage.ticksHere) continue
      const emit = (item: Telemetry) => this.#emit(item, index + 1, added)
      this.#guard(stage, (processor) => {
        processor.tick?.(emit)
        return undefined
      })
    }
    return added
  }

  #through(record: TelemetryRecord, from: number, added: TelemetryRecord[]): TelemetryRecord | undefined {
    let current = record
    for (let index = from; index < this.#stages.length; index++) {
      const stage = this.#stages[index]
      if (stage === undefined) break
      const emit = (item: Telemetry) => this.#emit(item, index + 1, added)
      const answer = this.#guard(stage, (processor) => processor.process(current, emit))
      if (answer === 'fault' || answer === undefined) {
        const reason = answer === 'fault' ? 'fault' : 'processor'
        this.#meter.count('headwatch_dropped_total', 1, { at: stage.processor.name, reason })
        return undefined
      }
      current = answer
    }
    return current
  }

  #emit(item: Telemetry, next: number, added: TelemetryRecord[]): void {
    const kept = this.#through(this.#complete(item), next, added)
    if (kept !== undefined) added.push(kept)
  }

  #guard(
    stage: Stage,
    use: (processor: Processor) => TelemetryRecord | undefined,
  ): TelemetryRecord | undefined | 'fault' {
    const { processor } = stage
    const instance = processor.current
    if (instance === undefined) return 'fault'
    try {
      const answer = use(instance)
      stage.faultsInRow = 0
      return answer
    } catch (error) {
      if (++stage.faultsInRow >= faultsUntilRestart) {
        stage.faultsInRow = 0
        void processor.fault(error, instance)
      } else processor.stumbled(error)
      return 'fault'
    }
  }
}
