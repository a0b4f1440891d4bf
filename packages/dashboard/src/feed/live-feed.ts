import {
  applyDelta,
  type Completeness,
  type FeedMessage,
  type RowWindow,
  type ViewContent,
  type ViewQuestion,
} from '@headwatch/protocol/reporting'
import { type Accessor, batch, createEffect, createSignal, on, onCleanup } from 'solid-js'
import { type ConnectionState, FeedConnection } from './feed-connection.ts'
import { ServerClock } from './server-clock.ts'

/** How often the server sends, and why not faster. */
export type Pace = Extract<FeedMessage, { type: 'pace' }>

/** What a view shows. The last content stays while another question is on its way, and while the connection is lost. */
export interface LiveView {
  readonly content: Accessor<ViewContent | undefined>
  /** The server's sentence, when it would not answer the present question. */
  readonly refused: Accessor<string | undefined>
  /** Whether the content answers the present question. */
  readonly isCurrent: Accessor<boolean>
  moveWindow(window: RowWindow): void
}

export interface LiveFeed {
  readonly connection: Accessor<ConnectionState>
  readonly pace: Accessor<Pace | undefined>
  /** Of one network, or of all, as the newest frame about it says. */
  completeness(network: string | undefined): Completeness | undefined
  /** The server's clock, once a second. */
  readonly now: Accessor<number>
  /** The moment of the newest frame, by the server's clock. */
  readonly dataAt: Accessor<number | undefined>
  tryNow(): void
  /** Asks for as long as the calling owner lives. A question that becomes undefined is taken back. */
  view(question: Accessor<ViewQuestion | undefined>): LiveView
}

type Handler = (message: FeedMessage) => void

/** Connects to the feed at `url` for as long as the calling owner lives. */
export function createLiveFeed(url: string): LiveFeed {
  const clock = new ServerClock()
  const handlers = new Map<string, Handler>()
  const [connection, setConnection] = createSignal<ConnectionState>({ kind: 'connecting' })
  const [pace, setPace] = createSignal<Pace>()
  const [stamps, setStamps] = createSignal<Readonly<Record<string, Completeness>>>({})
  const [now, setNow] = createSignal(Date.now())
  const [dataAt, setDataAt] = createSignal<number>()
  const tickNow = () => setNow(clock.at(Date.now()))

  const learn = (at: number, isSnapshot: boolean) => {
    clock.learn(at, Date.now())
    setDataAt(at)
    if (isSnapshot) tickNow()
  }
  const take: Handler = (message) => {
    if ('at' in message) learn(message.at, message.type === 'snapshot')
    if (message.type === 'pace') setPace(message)
    if ('view' in message && message.view !== undefined) handlers.get(message.view)?.(message)
  }
  const feed = new FeedConnection(url, {
    onMessage: (message) => batch(() => take(message)),
    onState: (state) =>
      batch(() => {
        setConnection(state)
        if (state.kind === 'open') setPace(undefined)
        tickNow()
      }),
  })
  feed.open()
  const timer = setInterval(tickNow, 1000)
  onCleanup(() => {
    clearInterval(timer)
    feed.close()
  })

  let lastView = 0
  const view = (question: Accessor<ViewQuestion | undefined>) =>
    createView(question, feed, handlers, {
      newId: () => `v${++lastView}`,
      onStamp: (network, completeness) => setStamps((before) => ({ ...before, [network ?? '']: completeness })),
    })
  const completeness = (network: string | undefined) => stamps()[network ?? '']
  return { connection, pace, completeness, now, dataAt, tryNow: () => feed.open(), view }
}

function createView(
  question: Accessor<ViewQuestion | undefined>,
  feed: FeedConnection,
  handlers: Map<string, Handler>,
  host: {
    newId(): string
    onStamp(network: string | undefined, completeness: Completeness): void
  },
): LiveView {
  const [content, setContent] = createSignal<ViewContent>()
  const [refused, setRefused] = createSignal<string>()
  const [isCurrent, setCurrent] = createSignal(false)
  let id: string | undefined

  const leave = () => {
    if (id === undefined) return
    handlers.delete(id)
    feed.unsubscribe(id)
    id = undefined
  }
  const take = (message: FeedMessage, asked: ViewQuestion) => {
    if ('completeness' in message) host.onStamp('network' in asked ? asked.network : undefined, message.completeness)
    if (message.type === 'delta') setContent((before) => before && applyDelta(before, message.delta))
    if (message.type === 'refused') setRefused(message.reason)
    if (message.type !== 'snapshot') return
    setContent(message.content)
    setCurrent(true)
  }
  const ask = (asked: ViewQuestion | undefined) => {
    leave()
    batch(() => {
      setCurrent(false)
      setRefused(undefined)
      if (asked === undefined) setContent(undefined)
    })
    if (asked === undefined) return
    id = host.newId()
    handlers.set(id, (message) => take(message, asked))
    feed.subscribe(id, asked)
  }
  createEffect(on(question, ask))
  onCleanup(leave)
  return { content, refused, isCurrent, moveWindow: (window) => id !== undefined && feed.moveWindow(id, window) }
}
