import type { AlarmTransition } from './alarm.ts'
import type { Hex, Item, Origin, UnixMs } from './item.ts'
import type { GapReason, SequenceRange, Source } from './source.ts'

/** How exactly an operator lets a node be located, from nothing to coordinates. */
export type LocationLevel = 'none' | 'country' | 'city' | 'exact'

/** Where a node says it is. Fields beyond `level` are absent. */
export interface Location {
  readonly level: LocationLevel
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country?: string
  readonly city?: string
  readonly latitude?: number
  readonly longitude?: number
}

/** Who a node is. Sent when first known and again when anything in it changes. */
export interface NodeReport extends Item {
  readonly type: 'node'
  /** The client's own version text: `Geth/v1.17.0-stable/linux-amd64/go1.24`. */
  readonly client?: string
  readonly chainId?: bigint
  /** What old clients call `net`; mostly the chain id, as decimal text. */
  readonly networkId?: string
  readonly genesis?: Hex
  /** Wire protocols, as the client prints them: `eth/68, snap/1`. */
  readonly protocols?: string
  readonly p2pPort?: number
  readonly os?: string
  readonly osVersion?: string
  readonly contact?: string
  readonly coinbase?: Hex
  /** Name and version of the program that reports: `headwatch/0.1.0`, `0.1.1` for clients that speak ethstats themselves. */
  readonly reporter?: string
  readonly location?: Location
}

/** The facts of one block header, and of its body what can be counted. A field the source cannot tell is absent. */
export interface BlockHeader {
  readonly number: bigint
  /** Identifies the block; nothing else does. */
  readonly hash: Hex
  readonly parentHash: Hex
  /** Seconds since the Unix epoch, as in the header. */
  readonly timestampS: number
  readonly miner?: Hex
  readonly gasUsed?: bigint
  readonly gasLimit?: bigint
  readonly baseFeeWei?: bigint
  readonly difficulty?: bigint
  readonly totalDifficulty?: bigint
  readonly transactionCount?: number
  readonly uncleCount?: number
  readonly blobGasUsed?: bigint
  readonly transactionsRoot?: Hex
  readonly stateRoot?: Hex
  readonly extraData?: Hex
}

/**
 * Why a block is reported: it is the node's new head, the node repeats its head on a timer, or the
 * server asked for an old one. Only `head` says anything about propagation.
 */
export type BlockOccasion = 'head' | 'repeat' | 'history'

/** One block as one node has it. */
export interface BlockReport extends Item {
  readonly type: 'block'
  readonly occasion: BlockOccasion
  readonly block: BlockHeader
  /** How long the client took to execute it, where the client tells. */
  readonly processingMs?: number
}

/** The execution time of a block whose header came, or will come, in a report of its own. */
export interface BlockTiming extends Item {
  readonly type: 'block_timing'
  readonly number: bigint
  readonly hash: Hex
  readonly processingMs: number
}

/** A number, or a bigint where 2^53 may be passed (wei). Never NaN, never infinite. */
export type MetricValue = number | bigint

/** The readings of one collector at one moment. */
export interface MetricSet extends Item {
  readonly type: 'metrics'
  /** Name in lower snake case ending in its unit: `memory_used_bytes`, `peers_count`, `syncing_bool`. */
  readonly readings: Readonly<Record<string, MetricValue>>
  /** What the readings are of: `{ mount: '/' }`. Same labels, same series. */
  readonly labels?: Readonly<Record<string, string>>
}

/** RFC 5424 section 6.2.1: 0 emergency, 1 alert, 2 critical, 3 error, 4 warning, 5 notice, 6 informational, 7 debug. */
export type LogSeverity = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7

/** One line of a log, structured. */
export interface LogEntry extends Item {
  readonly type: 'log'
  readonly severity: LogSeverity
  /** RFC 5424 facility, 0 to 23; absent where the source has none. */
  readonly facility?: number
  readonly application: string
  readonly message: string
  readonly fields?: Readonly<Record<string, string>>
}

/** How the connection of an agent began or ended; what the verdict on silence is made from. */
export type SessionChange = 'opened' | 'bye' | 'closed' | 'reset' | 'timed_out' | 'refused'

/** An agent's connection as the receiver saw it. Receivers send it, agents never do. */
export interface SessionEvent extends Item {
  readonly type: 'session'
  readonly change: SessionChange
  /** Distinguishes the connections of one agent; events of an older connection never end a newer one. */
  readonly session: string
  /** Network prefix of the peer (`/24`, `/48`): enough to see that many went silent together, too little to find one. */
  readonly prefix?: string
  readonly reason?: string
}

/**
 * Stands in a log that passes on what others numbered, in the place of records that will never come: the numbers its
 * `identity` closes. Without an identity it says nothing. The pipeline makes it, plugins never do.
 */
export interface GapMark extends Item {
  readonly type: 'gap'
  /** Why nothing will come; absent where nothing was lost, since a processor let it go on purpose. */
  readonly reason?: GapReason
}

/** Everything that can flow through a pipeline. */
export type Telemetry =
  | NodeReport
  | BlockReport
  | BlockTiming
  | MetricSet
  | LogEntry
  | AlarmTransition
  | SessionEvent
  | GapMark

/**
 * Under which number a record was first given away. Whoever passes it on keeps it, whatever number it has in the log on the
 * way: it is how two servers know the same record.
 */
export interface RecordIdentity {
  readonly source: Source
  readonly sequence: bigint
  /** All numbers that are done with once this record is stored, `sequence` among them: no other record stands for one of them. Only its own when absent. */
  readonly closes?: SequenceRange
  /** Lower numbers that were passed on before it, in the same log: what of them never comes was lost on the way. */
  readonly passed?: SequenceRange
}

/** A telemetry item that knows whom it is about and when it was true. What queues, exporters and stores see. */
export type TelemetryRecord<T extends Telemetry = Telemetry> = T & {
  readonly origin: Origin
  readonly at: UnixMs
  /** Only on a record that is passed on, in the queue of who does so and on the wire. A receiver believes it from relays alone. */
  readonly identity?: RecordIdentity
}
