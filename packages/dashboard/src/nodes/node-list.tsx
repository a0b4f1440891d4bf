import type { Row } from '@headwatch/protocol/reporting'
import { createVirtualizer } from '@tanstack/solid-virtual'
import { createEffect, createMemo, createSignal, For, type JSX, on, onCleanup, Show } from 'solid-js'
import type { WireNode } from '../feed/wire.ts'
import { type Page, usePage } from '../shell/page.ts'
import type { HeldList } from './held-list.ts'
import { ListHead } from './list-head.tsx'
import { moveBy } from './list-keys.ts'
import { LoadingRows } from './loading-rows.tsx'
import { NodeRow, PinnedRow } from './node-row.tsx'

/** Rows kept beyond the visible ones, both ways. */
const overscan = 20

/**
 * The virtual list. Rows are counted from 0 in the sorted list, pinned ones before them end at -1.
 * One row at a time is a tab stop; arrow keys move it.
 */
export function NodeList(props: { held: HeldList }): JSX.Element {
  const page = usePage()
  const list = createRows(page, props.held)
  const onFocusOut = (event: FocusEvent & { currentTarget: HTMLElement }) => {
    const isInside = event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget)
    if (!isInside) props.held.hold('focus', false)
  }
  return (
    <div
      class="list"
      role="grid"
      aria-label="Nodes"
      aria-rowcount={list.total() + page.pins.pinned().length + 1}
      onKeyDown={list.onKeyDown}
      onPointerEnter={() => props.held.hold('pointer', true)}
      onPointerLeave={() => props.held.hold('pointer', false)}
      onFocusIn={() => props.held.hold('focus', true)}
      onFocusOut={onFocusOut}
    >
      <ListHead />
      <div class="pinned-rows" role="rowgroup">
        <For each={page.pins.pinned()}>
          {(node, place) => (
            <PinnedRow
              node={node}
              index={place() - page.pins.pinned().length}
              isTabStop={list.tabStop() === place() - page.pins.pinned().length}
            />
          )}
        </For>
      </div>
      <div class="scroller" role="rowgroup" ref={list.setScroller}>
        <div class="rows" role="presentation" style={{ height: `${list.heightPx()}px` }}>
          <For each={list.indexes()}>
            {(index) => (
              <NodeRow
                row={list.rowAt(index)}
                index={index}
                topPx={index * list.rowPx()}
                isTabStop={list.tabStop() === index}
              />
            )}
          </For>
        </div>
        <Show when={props.held.content() === undefined}>
          <LoadingRows />
        </Show>
      </div>
    </div>
  )
}

function createRows(page: Page, held: HeldList) {
  const [scroller, setScroller] = createSignal<HTMLElement | null>(null)
  const total = () => held.content()?.total ?? 0
  const rowPx = () => (page.isPhone() ? 58 : 28)
  const virtual = createVirtualizer({
    get count() {
      return total()
    },
    getScrollElement: scroller,
    estimateSize: rowPx,
    overscan,
  })
  createEffect(on(rowPx, () => virtual.measure(), { defer: true }))
  const indexes = createMemo(() => virtual.getVirtualItems().map(({ index }) => index))
  followWindow(held, indexes)

  const rowAt = (index: number): Row | undefined => {
    const content = held.content()
    return content?.rows[index - content.offset]
  }
  const nodeAt = (index: number) => {
    const pinned = page.pins.pinned()
    return index < 0 ? pinned[index + pinned.length] : (rowAt(index)?.value as unknown as WireNode | undefined)?.node
  }
  const [active, setActive] = createSignal(0)
  const tabStop = createMemo(() => {
    const isShown = active() < 0 ? active() >= -page.pins.pinned().length : indexes().includes(active())
    return isShown ? active() : (indexes()[0] ?? 0)
  })
  const goTo = (index: number, how: 'focus' | 'look') => {
    setActive(index)
    if (index >= 0) virtual.scrollToIndex(index)
    if (how === 'look') return
    requestAnimationFrame(() => scroller()?.parentElement?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus())
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const row = event.target instanceof Element ? event.target.closest('[role="row"]') : null
    if (row === null || event.altKey || event.ctrlKey || event.metaKey || event.target instanceof HTMLButtonElement) return
    const shownRows = Math.floor((scroller()?.clientHeight ?? 0) / rowPx())
    const target = moveBy(event.key, tabStop(), { first: -page.pins.pinned().length, last: total() - 1, page: shownRows })
    const node = nodeAt(tabStop())
    if (target !== undefined) goTo(target, 'focus')
    else if (event.key === 'Enter' && node !== undefined) page.bar.go({ node })
    else if (event.key === ' ' && node !== undefined) page.pins.toggle(node)
    else return
    event.preventDefault()
  }
  stepFromPanel(page, (step) => {
    const shown = indexes()
    const at = shown.find((index) => nodeAt(index) === page.bar.address().node)
    const node = at === undefined ? undefined : nodeAt(Math.max(0, at + step))
    if (at === undefined || node === undefined) return
    goTo(Math.max(0, at + step), 'look')
    page.bar.go({ node }, 'replace')
  })
  return { total, rowPx, setScroller, heightPx: () => virtual.getTotalSize(), indexes, rowAt, tabStop, onKeyDown }
}

/** Tells the server which rows are wanted: while someone scrolls, at most one message each 80 ms. */
function followWindow(held: HeldList, indexes: () => readonly number[]): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let asked = ''
  createEffect(() => {
    const [offset, count] = [indexes()[0], indexes().length]
    if (offset === undefined || !held.view.isCurrent()) {
      asked = ''
      return
    }
    const wanted = `${offset} ${count}`
    clearTimeout(timer)
    if (wanted === asked) return
    timer = setTimeout(() => {
      asked = wanted
      held.view.moveWindow({ offset, count })
    }, 80)
  })
  onCleanup(() => clearTimeout(timer))
}

/** Up and down inside the panel step through the nodes of the list. */
function stepFromPanel(page: Page, step: (by: 1 | -1) => void): void {
  const onKey = (event: KeyboardEvent) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key] as 1 | -1 | undefined
    const isInPanel = event.target instanceof Element && event.target.closest('.side') !== null
    if (by === undefined || !isInPanel || event.altKey || page.bar.address().node === undefined) return
    event.preventDefault()
    step(by)
  }
  addEventListener('keydown', onKey)
  onCleanup(() => removeEventListener('keydown', onKey))
}
