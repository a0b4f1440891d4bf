import type { UnixMs } from '../item.ts'
import type { BlockReport, BlockTiming, MetricSet } from '../telemetry.ts'
import type { Hello } from './hello.ts'

/** Topics that carry telemetry, for counting. */
export type TelemetryTopic = 'block' | 'block_new_payload' | 'pending' | 'stats' | 'latency' | 'update'

/** Why a frame was not understood. A closed set, so that it can label a counter. */
export type MalformedReason =
  | 'too_long'
  | 'too_deep'
  | 'not_json'
  | 'not_an_event'
  | 'bad_hello'
  | 'bad_node_ping'
  | 'bad_block'
  | 'bad_timing'
  | 'bad_pending'
  | 'bad_stats'
  | 'bad_latency'
  | 'bad_history'
  | 'bad_update'

/** Comes back unchanged in the answer. */
export type ClientTime = string | number | boolean | null

/** One text frame of an agent. Items have no origin and no time: an id in a payload proves nothing and is not read. */
export type AgentFrame =
  | { readonly kind: 'hello'; readonly hello: Hello }
  | {
      readonly kind: 'telemetry'
      readonly topic: TelemetryTopic
      /** Empty where the client's figures tell nothing. */
      readonly items: readonly (BlockReport | BlockTiming | MetricSet)[]
    }
  | {
      readonly kind: 'history'
      /** In the order sent. */
      readonly items: readonly BlockReport[]
      /** Entries that are no block, such as geth's nulls for bodies it no longer has. */
      readonly unreadable: number
    }
  | {
      readonly kind: 'node_ping'
      readonly clientTime?: ClientTime
      /** The same as a time by the client's clock, where it is one. */
      readonly sentAt?: UnixMs
    }
  | { readonly kind: 'primus_ping'; readonly time: string }
  | { readonly kind: 'primus_pong'; readonly time: string }
  /** What the library behind the original agent measured by itself; a sign of life. */
  | { readonly kind: 'spark_latency' }
  /** A topic or a message of the transport that means nothing here. */
  | { readonly kind: 'ignored' }
  | { readonly kind: 'malformed'; readonly reason: MalformedReason }

/** What an asker wants to hear of: a list, a range, or the newest. */
export type HistoryWish =
  | { readonly of: 'list'; readonly numbers: readonly number[] }
  | { readonly of: 'range'; readonly min: number; readonly max: number }
  | { readonly of: 'newest' }

/** One text frame of a server. */
export type ServerFrame =
  | { readonly kind: 'ready' }
  | { readonly kind: 'node_pong'; readonly clientTime?: ClientTime }
  | { readonly kind: 'history_wish'; readonly wish: HistoryWish }
  | { readonly kind: 'primus_ping'; readonly time: string }
  | { readonly kind: 'primus_pong'; readonly time: string }
  /** The server ends the connection on purpose; before `ready` it means a wrong secret. */
  | { readonly kind: 'server_close' }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'malformed'; readonly reason: 'too_long' | 'too_deep' | 'not_json' | 'not_an_event' }
