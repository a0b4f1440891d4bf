import type { Batch, Telemetry, TelemetryRecord } from '@headwatch/protocol'
import type { Meter, Processor } from '@headwatch/sdk'
import type { Supervised } from '../supervision/supervised.ts'

/** What a batch became: itself, changed, with holes where records were dropped; and what processors added. */
export interface Processed {
  readonly batch: Batch
  readonly added: readonly TelemetryRecord[]
}

/** The processors of a pipeline in their order. What one adds is seen by those behind it. */
export class Processing {
  readonly #processors: readonly Supervised<Processor>[]
  readonly #complete: (item: Telemetry) => TelemetryRecord
  readonly #meter: Meter

  /** `complete` fills in what a processor leaves out of the items it adds. */
  constructor(
    processors: readonly Supervised<Processor>[],
    complete: (item: Telemetry) => TelemetryRecord,
    meter: Meter,
  ) {
    this.#processors = processors
    this.#complete = complete
    this.#meter = meter
  }

  process(batch: Batch): Processed {
    if (this.#processors.length === 0) return { batch, added: [] }
    const added: TelemetryRecord[] = []
    const records: TelemetryRecord[] = []
    const offsets: number[] = []
    for (const [index, record] of batch.records.entries()) {
      const kept = this.#through(record, 0, added)
      if (kept === undefined) continue
      records.push(kept)
      offsets.push(batch.offsets?.[index] ?? index)
    }
    const hasHoles = records.length < batch.count
    return { batch: { ...batch, records, ...(hasHoles && { offsets }) }, added }
  }

  /** Asks every processor for judgements about what did not come. */
  tick(): readonly TelemetryRecord[] {
    const added: TelemetryRecord[] = []
    for (const [index, processor] of this.#processors.entries()) {
      const emit = (item: Telemetry) => this.#emit(item, index + 1, added)
      this.#guard(processor, (instance) => instance.tick?.(emit))
    }
    return added
  }

  #through(record: TelemetryRecord, from: number, added: TelemetryRecord[]): TelemetryRecord | undefined {
    let current: TelemetryRecord | undefined = record
    for (let index = from; index < this.#processors.length && current !== undefined; index++) {
      const processor = this.#processors[index]
      if (processor === undefined) break
      const before: TelemetryRecord = current
      const emit = (item: Telemetry) => this.#emit(item, index + 1, added)
      current = this.#guard(processor, (instance) => instance.process(before, emit), before)
      if (current === undefined)
        this.#meter.count('headwatch_dropped_total', 1, { at: processor.name, reason: 'processor' })
    }
    return current
  }

  #emit(item: Telemetry, next: number, added: TelemetryRecord[]): void {
    const kept = this.#through(this.#complete(item), next, added)
    if (kept !== undefined) added.push(kept)
  }

  /** A processor that throws is restarted; the record goes on as it was. */
  #guard<T>(processor: Supervised<Processor>, use: (instance: Processor) => T, otherwise?: T): T | undefined {
    const instance = processor.current
    if (instance === undefined) return otherwise
    try {
      return use(instance)
    } catch (error) {
      void processor.fault(error)
      return otherwise
    }
  }
}
