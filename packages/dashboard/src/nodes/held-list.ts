import type { Row, RowWindow, ViewContent } from '@headwatch/protocol/reporting'
import { type Accessor, createEffect, createMemo, createSignal, on, onCleanup } from 'solid-js'
import type { LiveView } from '../feed/live-feed.ts'
import type { Page } from '../shell/page.ts'
import { holdOrder, movesWaiting, widened } from './order.ts'

type Rows = Extract<ViewContent, { kind: 'rows' }>

/** The window of nodes on show, in an order that holds still while someone points at it. */
export interface HeldList {
  readonly view: LiveView
  readonly content: Accessor<Rows | undefined>
  /** Rows that would stand elsewhere if the order were let go. */
  readonly moves: Accessor<number>
  readonly isHeld: Accessor<boolean>
  /** Whether holding is wanted at all. */
  readonly isCalm: Accessor<boolean>
  setCalm(calm: boolean): void
  /** `pointer` and `focus` hold independently. */
  hold(by: 'pointer' | 'focus', on: boolean): void
  /** The rows in sight. While someone scrolls the server is asked at most once each 80 ms. */
  show(window: RowWindow): void
  /** The first and last row that can be seen, counted from 0; told by the list. */
  readonly sight: Accessor<Sight | undefined>
  see(sight: Sight | undefined): void
  /** Whether a held row has left so far that its values no longer come. */
  hasLeft(key: string): boolean
}

export interface Sight {
  readonly first: number
  readonly last: number
}

/** Rows asked for before anyone has measured the list. */
const firstWindow: RowWindow = { offset: 0, count: 60 }

export function createHeldList(page: Page): HeldList {
  const question = createMemo(
    () => {
      const network = page.network()
      const { filter, sort } = page.bar.address()
      return network === undefined ? undefined : ({ of: 'nodes', network, filter, sort, window: firstWindow } as const)
    },
    undefined,
    { equals: (one, other) => JSON.stringify(one) === JSON.stringify(other) },
  )
  const view = page.feed.view(question)
  const live = createMemo(() => {
    const content = view.content()
    return content?.kind === 'rows' ? content : undefined
  })
  const [isCalm, setCalm] = createSignal(true)
  const [holders, setHolders] = createSignal({ pointer: false, focus: false })
  const isHeld = createMemo(() => isCalm() && (holders().pointer || holders().focus))
  const [shown, show] = createSignal(firstWindow, { equals: sameWindow })
  const [sight, see] = createSignal<Sight | undefined>(undefined, {
    equals: (one, other) => one?.first === other?.first && one?.last === other?.last,
  })
  const held = createHeldRows(live, isHeld, view.isCurrent, shown)
  followWindow(view, shown, isHeld, () => live()?.total ?? 0)

  const content = createMemo(() => {
    const [now, kept] = [live(), held()]
    return now === undefined || kept === undefined ? now : { ...now, offset: kept.offset, rows: kept.rows }
  })
  const liveKeys = createMemo(() => new Set(live()?.rows.map(({ key }) => key)))
  const moves = createMemo(() => movesWaiting(held(), live()))
  const hold = (by: 'pointer' | 'focus', on: boolean) => setHolders((before) => ({ ...before, [by]: on }))
  const hasLeft = (key: string) => held() !== undefined && !liveKeys().has(key)
  return { view, content, moves, isHeld, isCalm, setCalm, hold, show, sight, see, hasLeft }
}

/** The rows as they stood when the hold began, with the values of now; undefined while nothing is held. */
function createHeldRows(
  live: Accessor<Rows | undefined>,
  isHeld: Accessor<boolean>,
  isCurrent: Accessor<boolean>,
  shown: Accessor<RowWindow>,
): Accessor<{ readonly offset: number; readonly rows: readonly Row[] } | undefined> {
  return createMemo<{ readonly offset: number; readonly rows: readonly Row[] } | undefined>((before) => {
    const now = live()
    if (now === undefined || !isHeld() || !isCurrent()) return undefined
    if (before === undefined || !covers(before, shown(), now.total)) return { offset: now.offset, rows: now.rows }
    return { offset: before.offset, rows: holdOrder(before.rows, now.rows) }
  })
}

/** Tells the server which rows are wanted; more of them while the order is held, so that values go on. */
function followWindow(
  view: LiveView,
  shown: Accessor<RowWindow>,
  isHeld: Accessor<boolean>,
  total: Accessor<number>,
): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let asked = firstWindow
  const wanted = createMemo(() => (isHeld() ? widened(shown(), total()) : shown()), firstWindow, { equals: sameWindow })
  createEffect(
    on([wanted, view.isCurrent], ([window, isCurrent]) => {
      clearTimeout(timer)
      if (!isCurrent) asked = firstWindow
      if (!isCurrent || sameWindow(asked, window)) return
      timer = setTimeout(() => {
        asked = window
        view.moveWindow(window)
      }, 80)
    }),
  )
  onCleanup(() => clearTimeout(timer))
}

function covers({ offset, rows }: { offset: number; rows: readonly Row[] }, window: RowWindow, total: number): boolean {
  return offset <= window.offset && offset + rows.length >= Math.min(total, window.offset + window.count)
}

function sameWindow(one: RowWindow, other: RowWindow): boolean {
  return one.offset === other.offset && one.count === other.count
}
