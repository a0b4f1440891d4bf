import {
  type Batch,
  closeRange,
  rangeOf,
  type SequenceRange,
  type Source,
  type TelemetryRecord,
} from '@headwatch/protocol'
import type { StoreWriter } from '../storing/store-writer.ts'

/**
 * Gives one source's numbers away in order, from 1 on, and remembers which of them a store never got: declared missing
 * with the next batch, they leave no hole behind, since a store remembers only a few ranges of a source.
 */
export class Numbering {
  readonly source: Source
  readonly #missing = new Map<StoreWriter, readonly SequenceRange[]>()
  #next = 1n

  constructor(source: Source) {
    this.source = source
  }

  number(records: readonly TelemetryRecord[]): Batch {
    const first = this.#next
    this.#next += BigInt(records.length)
    return { source: this.source, lane: 'live', first, count: records.length, records }
  }

  /** Writes a batch of this numbering, and before it what is missing. @throws what `write` throws. */
  async write(store: StoreWriter, batch: Batch): Promise<void> {
    const missing = this.#missing.get(store) ?? []
    this.#missing.delete(store)
    for (const range of missing) {
      const gap = { source: this.source, ...range, reason: 'dropped' as const }
      store.write({ gap }, 'nobody').catch(() => this.#misses(store, range))
    }
    try {
      await store.write({ batch }, 'nobody')
    } catch (error) {
      this.#misses(store, rangeOf(batch))
      throw error
    }
  }

  #misses(store: StoreWriter, range: SequenceRange): void {
    this.#missing.set(store, closeRange(this.#missing.get(store) ?? [], range))
  }
}
