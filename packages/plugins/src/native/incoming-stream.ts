import type { Lane, SequenceRange, Source } from '@headwatch/protocol'
import type { StreamStart } from '@headwatch/protocol/native'
import { LaneLedger } from './lane-ledger.ts'

/** One log that an agent sends from on one connection: its two lanes, and how far its numbers may go. */
export class IncomingStream {
  readonly source: Source
  readonly lanes: Readonly<Record<Lane, LaneLedger>>
  #next: bigint

  constructor(agent: string, { stream, epoch, next }: StreamStart) {
    this.source = { agent, stream, epoch }
    this.lanes = { live: new LaneLedger(stream, 'live'), backlog: new LaneLedger(stream, 'backlog') }
    this.#next = next
  }

  /** The agent says that its log has given away every number below `next`. */
  declare(next: bigint): void {
    if (next > this.#next) this.#next = next
  }

  /**
   * Whether the agent may send these numbers now. Data begins no later than at the declared next number, and moves that on; a
   * gap is of numbers that were given away, so it ends below it. Whoever sends more does not have the log it says it has.
   */
  allows(type: 'data' | 'gap', { first, last }: SequenceRange): boolean {
    if (type === 'gap') return last < this.#next
    if (first > this.#next) return false
    this.declare(last + 1n)
    return true
  }
}
