import type { Row, ViewContent } from '@headwatch/protocol/reporting'
import { type Accessor, createEffect, createMemo, createSignal, on } from 'solid-js'
import type { LiveView } from '../feed/live-feed.ts'
import type { Page } from '../shell/page.ts'
import { holdOrder, movesWaiting } from './order.ts'

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
}

/** Rows asked for before anyone has measured the list. */
const firstWindow = { offset: 0, count: 60 }

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
  // Another window or another question starts from what the server says, held or not.
  const [heldRows, setHeldRows] = createSignal<{ readonly of: string; readonly rows: readonly Row[] }>()
  const place = createMemo(() => `${JSON.stringify(question())} ${live()?.offset} ${view.isCurrent()}`)
  createEffect(
    on([live, isHeld, place], ([content, held, of]) => {
      setHeldRows((before) => {
        if (content === undefined || !held) return undefined
        return { of, rows: before?.of === of ? holdOrder(before.rows, content.rows) : content.rows }
      })
    }),
  )
  const content = createMemo(() => {
    const [now, held] = [live(), heldRows()]
    return now === undefined || held === undefined || held.of !== place() ? now : { ...now, rows: held.rows }
  })
  const moves = createMemo(() => movesWaiting(heldRows()?.rows, live()?.rows))
  const hold = (by: 'pointer' | 'focus', on: boolean) => setHolders((before) => ({ ...before, [by]: on }))
  return { view, content, moves, isHeld, isCalm, setCalm, hold }
}
