import type { Batch, Gap, SequenceRange, Source, UnixMs } from '@headwatch/protocol'
import type {
  AppendOutcome,
  BlocksQuestion,
  LogsQuestion,
  NodeKey,
  SeriesQuestion,
  StoreReader,
  TimeRange,
} from '@headwatch/sdk'
import type { PackedCommit } from './crossing/packed-commit.ts'
import type { SqliteConfig } from './config.ts'

/** One caller's append. */
export interface Append {
  readonly batches: readonly Batch[]
  readonly gaps: readonly Gap[]
}

/** What became of one append of a commit. */
export type AppendResult = AppendOutcome | { readonly tooManyRangesOf: string }

/** A file of the folder, oldest first in lists. */
export interface PartitionFile {
  readonly number: number
  readonly path: string
}

/** Questions the writer answers from memory. */
export type MemoryQuestion =
  | { readonly ask: 'storedRanges'; readonly of: Source }
  | { readonly ask: 'latest'; readonly of: NodeKey }
  | { readonly ask: 'nodes' }
  | { readonly ask: 'alarms'; readonly of: TimeRange & { readonly limit: number } }

/** Questions the reader answers from the files. */
export type FileQuestion =
  | { readonly ask: 'series'; readonly of: SeriesQuestion }
  | { readonly ask: 'blocks'; readonly of: BlocksQuestion }
  | { readonly ask: 'logs'; readonly of: LogsQuestion }
  | { readonly ask: 'gaps'; readonly of: { readonly agent?: string; readonly limit: number } }

/** `now` is the host's clock: the threads have none. */
export type WriterRequest =
  | { readonly ask: 'open'; readonly now: UnixMs }
  | { readonly ask: 'commit'; readonly packed: PackedCommit; readonly now: UnixMs }
  | { readonly ask: 'close' }
  | MemoryQuestion

/** `partitions` is what stands in the folder at that moment. */
export type ReaderRequest =
  | { readonly ask: 'seal'; readonly partition: PartitionFile }
  | { readonly ask: 'close' }
  | (FileQuestion & { readonly partitions: readonly PartitionFile[] })

export type Request = WriterRequest | ReaderRequest

/** What happened in the folder since the answer before; for people and for counters. */
export type FolderEvent =
  | { readonly event: 'partitions'; readonly partitions: readonly PartitionFile[] }
  | { readonly event: 'finished'; readonly partition: PartitionFile }
  | { readonly event: 'removed'; readonly file: string; readonly reason: 'age' | 'size' }
  | { readonly event: 'vanished'; readonly file: string }
  | { readonly event: 'set_aside'; readonly file: string; readonly reason: string }
  | { readonly event: 'forgotten'; readonly what: 'node' | 'metric' | 'epoch'; readonly count: number }

export type Reply =
  | { readonly id: number; readonly value: unknown; readonly events: readonly FolderEvent[] }
  | { readonly id: number; readonly failure: Failure; readonly events: readonly FolderEvent[] }

/** An error as it crosses threads. */
export interface Failure {
  readonly verdict: 'retry' | 'reject' | 'aborted' | 'fault'
  readonly message: string
}

export interface ThreadData {
  readonly role: 'writer' | 'reader'
  readonly config: SqliteConfig
  /** One slot for each question that may wait; 1 in a slot cancels what runs under it. */
  readonly cancelled: SharedArrayBuffer
}

/** A request on its way to a thread. */
export interface Envelope {
  readonly id: number
  readonly slot: number
  readonly request: Request
}

/** What the answers of the questions are. */
export interface Answers {
  readonly storedRanges: readonly SequenceRange[]
  readonly latest: Awaited<ReturnType<StoreReader['latest']>>
  readonly nodes: Awaited<ReturnType<StoreReader['nodes']>>
  readonly alarms: Awaited<ReturnType<StoreReader['alarms']>>
  readonly series: Awaited<ReturnType<StoreReader['series']>>
  readonly blocks: Awaited<ReturnType<StoreReader['blocks']>>
  readonly logs: Awaited<ReturnType<StoreReader['logs']>>
  readonly gaps: Awaited<ReturnType<StoreReader['gaps']>>
}
