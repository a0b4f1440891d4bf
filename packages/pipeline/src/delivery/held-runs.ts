import type { Lane, UnixMs } from '@headwatch/protocol'
import type { QueueReader, Taken } from '../queue/queue.ts'
import { sizeOf } from '../queue/record-size.ts'

/** Records that are somewhere between a queue and the other side. */
export interface HeldRecords {
  readonly records: number
  /** Estimated, as in memory. */
  readonly bytes: number
  readonly oldestAt: UnixMs | undefined
}

/** The runs a destination has taken and is not done with. */
export class HeldRuns {
  readonly #runs = new Map<Taken, QueueReader>()

  get isEmpty(): boolean {
    return this.#runs.size === 0
  }

  add(taken: Taken, from: QueueReader): void {
    this.#runs.set(taken, from)
  }

  remove(taken: Taken): void {
    this.#runs.delete(taken)
  }

  of(reader: QueueReader, lane: Lane): HeldRecords {
    const held = [...this.#runs].flatMap(([taken, from]) =>
      from === reader && taken.kind === 'batch' && taken.batch.lane === lane ? taken.batch.records : [],
    )
    return {
      records: held.length,
      bytes: held.reduce((sum, record) => sum + sizeOf(record), 0),
      oldestAt: held.reduce<UnixMs | undefined>((oldest, { at }) => Math.min(oldest ?? at, at), undefined),
    }
  }
}
