import type { UnixMs } from '../item.ts'
import type { Completeness } from './completeness.ts'
import type { Json } from './json.ts'
import type { RowWindow, ViewQuestion } from './views.ts'

/*
 * The feed: a WebSocket at /api/v1/feed, JSON text frames both ways. The browser holds what it shows and nothing else.
 *
 *   viewer                                server
 *   subscribe {view, question}      →
 *                                   ←     snapshot {view, tick, rows or value}
 *                                   ←     delta {view, tick, …}        at most four a second
 *   seen {tick}                     →                                  for every tick received
 *   window {view, window}           →                                  scrolling
 *                                   ←     snapshot {view, …}
 *   unsubscribe {view}              →
 *
 * A viewer that is `lagTicks` behind with `seen` is thinned (`pace` says so) and cut when that does not help.
 */

/** Chosen by the viewer, unique in its connection, at most 64 characters. */
export type ViewId = string

export type ViewerMessage =
  | { readonly type: 'subscribe'; readonly view: ViewId; readonly question: ViewQuestion }
  | { readonly type: 'window'; readonly view: ViewId; readonly window: RowWindow }
  | { readonly type: 'unsubscribe'; readonly view: ViewId }
  | { readonly type: 'seen'; readonly tick: number }

/** A row of a list view: its key and its cells as JSON. */
export interface Row {
  readonly key: string
  readonly value: Json
}

/** What a view is at a tick: a list of rows out of `total` that match out of `known`, or one value. */
export type ViewContent =
  | {
      readonly kind: 'rows'
      readonly rows: readonly Row[]
      readonly total: number
      readonly known: number
      readonly offset: number
    }
  | { readonly kind: 'value'; readonly value: Json }

/** How a view changed since the tick before. Applying it to the content before gives the content now. */
export type ViewDelta =
  | {
      readonly kind: 'rows'
      /** Keys in their order now; absent when order and membership are as before. */
      readonly order?: readonly string[]
      /** Rows whose value changed or that are new. */
      readonly changed: readonly Row[]
      readonly total: number
      readonly known: number
    }
  | { readonly kind: 'value'; readonly value: Json }

interface Stamp {
  readonly tick: number
  /** The server's clock when the view was computed. */
  readonly at: UnixMs
}

export type FeedMessage =
  | {
      readonly type: 'welcome'
      readonly server: string
      readonly version: string
      readonly at: UnixMs
      readonly role: 'viewer' | 'operator'
    }
  | ({
      readonly type: 'snapshot'
      readonly view: ViewId
      readonly content: ViewContent
      readonly completeness: Completeness
    } & Stamp)
  | ({
      readonly type: 'delta'
      readonly view: ViewId
      readonly delta: ViewDelta
      readonly completeness: Completeness
    } & Stamp)
  | ({ readonly type: 'tick' } & Stamp)
  | { readonly type: 'pace'; readonly everyMs: number; readonly reason: 'viewer_behind' | 'server_busy' | 'normal' }
  | { readonly type: 'refused'; readonly view?: ViewId; readonly reason: string }
