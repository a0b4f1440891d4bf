import { type Accessor, createMemo, createSignal, onCleanup } from 'solid-js'
import type { Page } from '../shell/page.ts'
import { moveBy } from './list-keys.ts'
import type { ListRows } from './list-rows.ts'

/** The list as one tab stop: arrow keys move it, Enter opens, Space pins. */
export interface ListFocus {
  /** The row that Tab reaches; below 0 a pinned one. */
  readonly tabStop: Accessor<number>
  focused(target: Element): void
  onKeyDown(event: KeyboardEvent): void
}

export function createListFocus(page: Page, rows: ListRows): ListFocus {
  const [active, setActive] = createSignal(0)
  const pins = () => page.pins.pinned().length
  const tabStop = createMemo(() => {
    const isShown = active() < 0 ? active() >= -pins() : rows.indexes().includes(active())
    return isShown ? active() : (rows.indexes()[0] ?? 0)
  })
  const goTo = (index: number) => {
    setActive(index)
    if (index >= 0) rows.scrollTo(index)
  }
  const focus = (index: number) => {
    const row = rows.scroller()?.parentElement?.querySelector<HTMLElement>(`[data-index="${index}"]`)
    row?.focus({ preventScroll: true })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (!isForRow(event)) return
    const target = moveBy(event.key, tabStop(), { first: -pins(), last: rows.total() - 1, page: rows.fitting() })
    const node = rows.nodeAt(tabStop())
    if (target !== undefined) {
      goTo(target)
      // The row may only be there after the list has scrolled.
      requestAnimationFrame(() => focus(target))
    } else if (event.key === 'Enter' && node !== undefined) page.bar.go({ node })
    else if (event.key === ' ' && node !== undefined) page.pins.toggle(node)
    else return
    event.preventDefault()
  }
  stepFromPanel(page, (step) => {
    const at = rows.indexes().find((index) => rows.nodeAt(index) === page.bar.address().node)
    const node = at === undefined ? undefined : rows.nodeAt(Math.max(0, at + step))
    if (at === undefined || node === undefined) return
    goTo(Math.max(0, at + step))
    page.bar.go({ node }, 'replace')
  })
  const focused = (target: Element) => {
    const index = target.closest<HTMLElement>('[data-index]')?.dataset.index
    if (index !== undefined) setActive(Number(index))
  }
  return { tabStop, focused, onKeyDown }
}

function isForRow(event: KeyboardEvent): boolean {
  const { target } = event
  if (event.altKey || event.ctrlKey || event.metaKey || !(target instanceof Element)) return false
  return target.closest('[data-index]') !== null
}

/** Up and down inside the panel step through the nodes of the list. */
function stepFromPanel(page: Page, step: (by: 1 | -1) => void): void {
  const onKey = (event: KeyboardEvent) => {
    const by = ({ ArrowUp: -1, ArrowDown: 1 } as const)[event.key as 'ArrowUp']
    const isInPanel = event.target instanceof Element && event.target.closest('.side') !== null
    if (by === undefined || !isInPanel || event.altKey || page.bar.address().node === undefined) return
    event.preventDefault()
    step(by)
  }
  addEventListener('keydown', onKey)
  onCleanup(() => removeEventListener('keydown', onKey))
}
