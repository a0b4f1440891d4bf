import type { Batch, Gap, Lane, Source, Telemetry, TelemetryRecord } from '@headwatch/protocol'
import type { Admission } from './admission.ts'
import type { FrontDoor } from './front-door.ts'
import type { Host } from './host.ts'
import type { NetworkReader } from './network-reader.ts'
import type { Schema } from './schema.ts'
import type { Store, StoreReader } from './store.ts'

/** Goes and reads something, once per interval. */
export interface Collector extends Partial<AsyncDisposable> {
  /**
   * Yields one interval's readings. The pipeline pulls, so a full queue slows the collector. What was yielded before
   * a throw is kept. Never called again before the call before has ended.
   *
   * A collector that follows a subscription may yield for as long as it lasts.
   *
   * @throws {RetryableError} the source is away; the next interval tries again.
   */
  collect(signal: AbortSignal): AsyncIterable<Telemetry>
}

/** The numbers a received run of telemetry already has: `first` and those after it. */
export interface Position {
  readonly source: Source
  readonly lane: Lane
  readonly first: bigint
  /** How many numbers the run closes; as many as there are items when absent. */
  readonly count?: number
  /** The offset from `first` of each item, ascending. Absent when there is an item for each number. */
  readonly offsets?: readonly number[]
}

/** Numbers the sender declared as never coming; passed on so that the hole is closed downstream too. */
export type AcceptGap = (gap: Gap) => Promise<void>

/**
 * Hands telemetry to the pipeline. Resolves when the pipeline owns it at the level its `acknowledge` setting names:
 * in memory, on disk, or stored. Items with a `position` are stored once however often they come; without one the pipeline numbers them.
 *
 * @throws {RetryableError} not taken; the sender keeps it. @throws {RejectedError} never send it again.
 */
export interface Accept {
  (items: readonly Telemetry[], position?: Position): Promise<void>
  readonly gap: AcceptGap
}

/** What a receiver is lent beside the rest. Absent on a program that has none, such as an agent's front door. */
export interface ReceiverHost extends Host {
  readonly admission: Admission
  readonly frontDoor?: FrontDoor
  /** What is already stored of a source, so that a sender need not repeat it. Empty when unknown. */
  readonly storedRanges: StoreReader['storedRanges']
}

/** Listens for data that others send. */
export interface Receiver {
  /**
   * Runs until `signal` aborts. Acknowledge a sender only after `accept` resolves: from then on the pipeline owns the data.
   * A sender that is wrong costs itself, never the receiver: bad input is counted and refused, not thrown.
   */
  listen(accept: Accept, signal: AbortSignal): Promise<void>
}

/** What a processor is lent beside the rest; each only on a server. */
export interface ProcessorHost extends Host {
  readonly network?: NetworkReader
  readonly store?: StoreReader
}

/** Adds telemetry to the pipeline behind the processor. It is ordinary telemetry: API, page, alarms and exporters see it. */
export type Emit = (telemetry: Telemetry) => void

/** Changes or judges what passes. Synchronous: it never waits, so it never holds the pipeline. */
export interface Processor extends Partial<AsyncDisposable> {
  /** The record, changed or not; undefined drops it, which is counted under the processor's name. */
  process(record: TelemetryRecord, emit: Emit): TelemetryRecord | undefined
  /** Called about once a second, for judgements about what did *not* come. */
  tick?(emit: Emit): void
}

/** What became of each record of a batch, by index in `batch.records`; indices that are named nowhere were accepted. */
export interface ExportOutcome {
  /** Never to be sent again, and why. */
  readonly rejected: readonly { readonly index: number; readonly reason: string }[]
  /** To be sent again. */
  readonly kept: readonly number[]
  /** Not sent, for the other side has no use for them, and why: counted as dropped, and set aside for nobody. */
  readonly skipped?: readonly { readonly index: number; readonly reason: string }[]
}

/** Sends batches elsewhere. */
export interface Exporter extends Partial<AsyncDisposable> {
  /**
   * How many calls may run at once; 1 when absent. Above 1 calls may resolve in any order, the pipeline keeps
   * the cursor behind the oldest unresolved one, and order within a stream is the exporter's own promise.
   */
  readonly inFlight?: number
  /** Whether a resolved call means that the other side owns the data; without it a destination cannot be kept `acked`. */
  readonly acknowledges?: boolean
  /**
   * Resolves when the batch is sent (or acknowledged, see `acknowledges`), with an outcome when parts of it were not.
   *
   * @throws {RetryableError} keep the batch and try again.
   * @throws {RejectedError} drop the batch and count it.
   */
  export(batch: Batch, signal: AbortSignal): Promise<ExportOutcome | void>
  /** Tells the other side that numbers will never come. Without it gaps are only counted. */
  gap?(gap: Gap, lane: Lane, signal: AbortSignal): Promise<void>
}

interface Instances {
  collector: Collector
  receiver: Receiver
  processor: Processor
  exporter: Exporter
  store: Store
}

interface Hosts {
  collector: Host
  receiver: ReceiverHost
  processor: ProcessorHost
  exporter: Host
  store: Host
}

/** The five kinds. There is no sixth. */
export type Kind = keyof Instances

/** What `create` returns for a kind. */
export type InstanceOf<K extends Kind> = Instances[K]

/** What `create` is lent for a kind. */
export type HostOf<K extends Kind> = Hosts[K]

/** How much an operator may rely on a plugin. */
export type Stability = 'experimental' | 'beta' | 'stable' | 'deprecated'

export interface Plugin<K extends Kind = Kind, Config = unknown> {
  readonly kind: K
  /** Name in configuration files: lower snake case, a noun. */
  readonly name: string
  /** One sentence for lists. */
  readonly summary: string
  readonly stability: Stability
  readonly config: Schema<Config>
  /** Makes one instance; several may live at once. Checks nothing that needs the network: that is for its first call. */
  create(config: Config, host: HostOf<K>): InstanceOf<K>
}

type Definition<K extends Kind, Config> = Omit<Plugin<K, Config>, 'kind'>

export const defineCollector = <Config>(plugin: Definition<'collector', Config>): Plugin<'collector', Config> => ({
  kind: 'collector',
  ...plugin,
})

export const defineReceiver = <Config>(plugin: Definition<'receiver', Config>): Plugin<'receiver', Config> => ({
  kind: 'receiver',
  ...plugin,
})

export const defineProcessor = <Config>(plugin: Definition<'processor', Config>): Plugin<'processor', Config> => ({
  kind: 'processor',
  ...plugin,
})

export const defineExporter = <Config>(plugin: Definition<'exporter', Config>): Plugin<'exporter', Config> => ({
  kind: 'exporter',
  ...plugin,
})

export const defineStore = <Config>(plugin: Definition<'store', Config>): Plugin<'store', Config> => ({
  kind: 'store',
  ...plugin,
})
