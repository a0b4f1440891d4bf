import type { Row } from '@headwatch/protocol/reporting'
import { createVirtualizer } from '@tanstack/solid-virtual'
import { type Accessor, createEffect, createMemo, createSignal, on } from 'solid-js'
import type { WireNode } from '../feed/wire.ts'
import type { Page } from '../shell/page.ts'
import type { HeldList } from './held-list.ts'

/** Which rows are in sight and what stands in them. Rows are counted from 0 in the sorted list. */
export interface ListRows {
  readonly total: Accessor<number>
  readonly rowPx: Accessor<number>
  /** Height of all rows together. */
  readonly heightPx: Accessor<number>
  /** Whole rows that fit. */
  readonly fitting: Accessor<number>
  /** The rows in sight and those kept beyond, ascending. */
  readonly indexes: Accessor<readonly number[]>
  readonly scroller: Accessor<HTMLElement | null>
  /** Only once the element stands in the document: before, the virtualizer finds no window to watch its size in. */
  setScroller(element: HTMLElement): void
  rowAt(index: number): Row | undefined
  /** The node's name; pinned rows stand before row 0 and end at -1. */
  nodeAt(index: number): string | undefined
  scrollTo(index: number): void
}

/** Rows kept beyond the visible ones, both ways. */
const overscan = 20

export function createListRows(page: Page, held: HeldList): ListRows {
  const [scroller, setScroller] = createSignal<HTMLElement | null>(null)
  const total = () => held.content()?.total ?? 0
  const rowPx = () => (page.isPhone() ? 58 : 28)
  const see = (range: { readonly startIndex: number; readonly endIndex: number } | null) =>
    held.see(range === null || total() === 0 ? undefined : { first: range.startIndex, last: range.endIndex })
  const virtual = createVirtualizer({
    get count() {
      return total()
    },
    getScrollElement: scroller,
    estimateSize: rowPx,
    overscan,
    // Where all rows are kept, what is in sight moves without them.
    onChange: ({ range }) => see(range),
  })
  createEffect(on(rowPx, () => virtual.measure(), { defer: true }))
  const indexes = createMemo(() => virtual.getVirtualItems().map(({ index }) => index))
  createEffect(() => {
    const [offset, count] = [indexes()[0], indexes().length]
    if (offset !== undefined) held.show({ offset, count })
  })
  createEffect(on(indexes, () => see(virtual.range)))
  const rowAt = (index: number): Row | undefined => {
    const content = held.content()
    return content?.rows[index - content.offset]
  }
  const nodeAt = (index: number) => {
    const pinned = page.pins.pinned()
    return index < 0 ? pinned[index + pinned.length] : (rowAt(index)?.value as unknown as WireNode | undefined)?.node
  }
  return {
    total,
    rowPx,
    heightPx: () => virtual.getTotalSize(),
    fitting: () => Math.floor((scroller()?.clientHeight ?? 0) / rowPx()),
    indexes,
    scroller,
    setScroller,
    rowAt,
    nodeAt,
    scrollTo: (index) => virtual.scrollToIndex(index),
  }
}
