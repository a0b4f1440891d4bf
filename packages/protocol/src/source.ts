import type { AgentId } from './item.ts'
import { keyText } from './key-text.ts'

/**
 * Where records are numbered: one log of one agent. Sequence numbers start anew only with a new `epoch`,
 * which is a random text made when a log is created.
 */
export interface Source {
  readonly agent: AgentId
  /** Lower snake case; an agent with one log calls it `main`. */
  readonly stream: string
  readonly epoch: string
}

/** A closed range of sequence numbers, both ends included. `first <= last`. */
export interface SequenceRange {
  readonly first: bigint
  readonly last: bigint
}

/** Why numbers will never come. */
export type GapReason = 'wrapped' | 'dropped' | 'quarantined' | 'lost'

/** Numbers that will never come: closes the hole, is stored and shown. */
export interface Gap extends SequenceRange {
  readonly source: Source
  readonly reason: GapReason
}

/** The source as one string, for maps. Parts are escaped, so different sources never collide. */
export function sourceText({ agent, stream, epoch }: Source): string {
  return keyText([agent, stream, epoch])
}
