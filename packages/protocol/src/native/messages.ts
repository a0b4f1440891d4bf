import type { Lane } from '../batch.ts'
import type { AgentId, UnixMs } from '../item.ts'
import type { GapReason, SequenceRange } from '../source.ts'

/** WebSocket subprotocol and major version of everything in this folder. */
export const nativeSubprotocol = 'headwatch.v1'

/** What a side can do beyond the minimum; a capability is used only when both sides named it. Unknown names are ignored. */
export type Capability = 'zstd' | 'blocks_on_request'

/** One log an agent will send from. */
export interface StreamStart {
  readonly stream: string
  readonly epoch: string
  /** One more than the highest number the sender knows to be given away; see `NextNumber` for when the log grows. */
  readonly next: bigint
}

/** Agent to server, first. */
export interface Hello {
  readonly type: 'hello'
  readonly agent: AgentId
  /** Program and version, for people: `headwatch/0.1.0`. */
  readonly program: string
  /** Empty where the operator asks for none. Never logged. */
  readonly token: string
  readonly streams: readonly StreamStart[]
  readonly capabilities: readonly Capability[]
}

/** What the server holds of a stream, at most 8 ranges: the agent sends nothing inside them again. */
export interface StoredStream {
  readonly stream: string
  readonly epoch: string
  readonly stored: readonly SequenceRange[]
}

/** How much the agent may have sent and not seen acknowledged. */
export interface Credit {
  readonly records: number
  readonly bytes: number
}

/** Bounds the server closes the connection over. */
export interface Limits {
  readonly frameBytes: number
  readonly batchRecords: number
}

/** Server to agent, answers `hello`. */
export interface Welcome {
  readonly type: 'welcome'
  readonly server: string
  readonly program: string
  readonly streams: readonly StoredStream[]
  readonly credit: Credit
  /** Each side sends something at least this often and takes three such times of silence for the end. */
  readonly heartbeatMs: number
  readonly limits: Limits
  /** The collection interval the server would like; 0 leaves it to the agent. */
  readonly collectEveryMs: number
  readonly capabilities: readonly Capability[]
}

/** How `body` is packed. `zstd`, one frame of it, needs the capability; unpacked it is no longer than `limits.frameBytes`, nor is its window. */
export type BodyCodec = 'plain' | 'zstd'

/**
 * Agent to server: one batch. `body` holds its records, see `records.ts`.
 *
 * Numbers in a lane only grow, with one exception: when nothing of the lane is unanswered, lower numbers may be sent (again), and
 * `through` of later acks counts from them. A frame beyond the credit may go when nothing at all is unanswered and the credit is not zero.
 */
export interface Data {
  readonly type: 'data'
  readonly stream: string
  readonly lane: Lane
  readonly first: bigint
  readonly count: number
  readonly codec: BodyCodec
  readonly body: Uint8Array
}

/** Agent to server: numbers that will never come, all of them below the stream's declared next number. Acknowledged like data. */
export interface GapNotice extends SequenceRange {
  readonly type: 'gap'
  readonly stream: string
  readonly lane: Lane
  readonly reason: GapReason
}

/**
 * Agent to server: the log has given away every number below `next` by now. The declared next number of a stream is the highest of
 * what `hello` said, what this said, and the number behind each data frame sent. A data frame that begins beyond it and a gap that
 * does not end below it are refused: say this first. A number that is not higher than the declared one changes nothing.
 */
export interface NextNumber {
  readonly type: 'next'
  readonly stream: string
  readonly next: bigint
}

/**
 * Server to agent: everything this connection sent in `lane` of `stream` up to `through` is kept, at the level the server's
 * `acknowledge` setting promises, or was named by a `nack` before. Frames are answered in the order they came, each once. Delayed by
 * at most 2 s, so that one answers many. Says nothing of the other lane.
 */
export interface Ack {
  readonly type: 'ack'
  readonly stream: string
  readonly lane: Lane
  readonly through: bigint
}

/** Server to agent: these numbers were not kept. `drop`: never send them again. `retry`: again, no earlier than told. */
export interface Nack extends SequenceRange {
  readonly type: 'nack'
  readonly stream: string
  readonly lane: Lane
  readonly action: 'retry' | 'drop'
  readonly retryAfterMs: number
  readonly reason: string
}

/** Server to agent: the new credit, which replaces the old. Zero stops the agent. */
export interface CreditChange extends Credit {
  readonly type: 'credit'
}

/** Server to agent: close, and return after `retryAfterMs` plus a random part of `spreadMs`. */
export interface GoAway {
  readonly type: 'goaway'
  readonly reason: 'restart' | 'overloaded' | 'unauthorized' | 'duplicate' | 'protocol_error' | 'banned'
  readonly text: string
  readonly retryAfterMs: number
  readonly spreadMs: number
}

/** Agent to server: I stop on purpose; silence from now on is nobody's fault. */
export interface Bye {
  readonly type: 'bye'
  readonly reason: string
}

/** Either way; measures the clock. */
export interface Ping {
  readonly type: 'ping'
  readonly sentAt: UnixMs
}

/** Answers `ping` at once: offset = ((receivedAt - sentAt) + (repliedAt - now)) / 2, error = half the round trip. */
export interface Pong {
  readonly type: 'pong'
  readonly sentAt: UnixMs
  readonly receivedAt: UnixMs
  readonly repliedAt: UnixMs
}

export type AgentMessage = Hello | Data | GapNotice | NextNumber | Bye | Ping | Pong
export type ServerMessage = Welcome | Ack | Nack | CreditChange | GoAway | Ping | Pong
export type NativeMessage = AgentMessage | ServerMessage
