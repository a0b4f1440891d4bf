import type { AgentId } from '@headwatch/protocol'
import type { Admission, Clock, Logger } from '@headwatch/sdk'
import type { EthstatsReceiverConfig } from './config.ts'
import type { HistoryAsker } from './history-asker.ts'
import type { Intake } from './intake.ts'
import type { LateAnswers } from './late-answers.ts'
import type { Tally } from './tally.ts'

/** What the connections of one receiver share. */
export interface SessionLent {
  readonly config: EthstatsReceiverConfig
  readonly clock: Clock
  readonly logger: Logger
  readonly admission: Admission
  readonly intake: Intake
  readonly answers: LateAnswers
  readonly historyAsker: HistoryAsker
  /** Frames read, by topic. */
  readonly taken: Tally
  /** Frames not read, by reason. */
  readonly ignored: Tally
  /** Connections not let in, by reason. */
  readonly refused: Tally
  /** Connections ended from here, by reason. */
  readonly ended: Tally
}

/** A connection as the others see it. */
export interface Connection {
  /** Called about once a second. */
  sweep(nowMs: number): void
  /** Ends a connection nobody has heard of for long, so that its name is free; false when it is alive. */
  giveWay(nowMs: number): boolean
  /** The front door's news of its end, or the receiver's that it stops. Calls after the first do nothing. */
  onEnd(clean: boolean): void
}

/** Who is there, and under which name. */
export interface Register {
  /** Whether the receiver itself is stopping. */
  readonly isClosing: boolean
  enter(agent: AgentId, connection: Connection): void
  exit(connection: Connection, agent: AgentId | undefined): void
  /** Ends the connection that holds `agent` if it has gone quiet; whether the name is worth another try. */
  freeName(agent: AgentId, nowMs: number): boolean
}
