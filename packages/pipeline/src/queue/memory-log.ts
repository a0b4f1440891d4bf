import type { GapReason, Lane, SequenceRange, Source, UnixMs } from '@headwatch/protocol'
import type { ReadableLog } from './log-reader.ts'
import type { TakeLimits, Taken } from './queue.ts'
import { RecordRun } from './record-run.ts'

/** One source's records in memory, as readers see them. */
export class MemoryLog implements ReadableLog {
  readonly #source: Source
  readonly records = new RecordRun()

  constructor(source: Source) {
    this.#source = source
  }

  get next(): bigint {
    return this.records.next
  }

  read({ first, last }: SequenceRange, lane: Lane, limits: TakeLimits): Taken {
    const records = this.records.run(first, last, limits.records, limits.bytes)
    return { kind: 'batch', batch: { source: this.#source, lane, first, count: records.length, records } }
  }

  gap({ first, last }: SequenceRange, lane: Lane, reason: GapReason): Taken {
    return { kind: 'gap', lane, gap: { source: this.#source, first, last, reason } }
  }

  bytesIn({ first, last }: SequenceRange): number {
    return this.records.bytesIn(first, last)
  }

  atOf(sequence: bigint): UnixMs | undefined {
    return this.records.at(sequence)?.at
  }
}
