import { createMemo, createSignal, type JSX, onCleanup, onMount, Show } from 'solid-js'
import { type Page, usePage } from '../shell/page.ts'
import { type Column, columns, firstColumns, fittingColumns } from './columns.ts'
import { EmptyFilter } from './empty-filter.tsx'
import { createHeldList } from './held-list.ts'
import { NodeList } from './node-list.tsx'
import { Toolbar } from './toolbar.tsx'
import { WhereLine } from './where-line.tsx'

/** Find, filters, the line that says what is shown, and the list. */
export function NodeTable(): JSX.Element {
  const page = usePage()
  const held = createHeldList(page)
  const total = createMemo(() => held.content()?.total)
  const known = () => held.content()?.known ?? page.summary()?.nodes ?? 0
  let table!: HTMLElement
  const shown = createShownColumns(page, () => table)
  return (
    <section class="node-table" ref={table} aria-label="Nodes">
      <Toolbar held={held} columns={shown().map(({ id }) => id)} />
      <WhereLine held={held} />
      <Show when={total() !== 0} fallback={<EmptyFilter known={known()} />}>
        <NodeList held={held} columns={shown()} />
      </Show>
      <Show when={held.view.refused()}>
        {(reason) => (
          <div class="empty" role="alert">
            <b>The list could not be read</b>
            {`The server says: ${reason()}. The facts still work. Remove a filter, or press Esc to clear what you typed.`}
          </div>
        )}
      </Show>
    </section>
  )
}

/** Room that is no column's: what keeps rows off the right edge, and the scrollbar. */
const beside = 24

/** The columns that were chosen and fit. On a phone rows are folded, and always of the same cells. */
function createShownColumns(page: Page, table: () => HTMLElement): () => readonly Column[] {
  const [widthPx, setWidthPx] = createSignal(1_000)
  const watch = new ResizeObserver(([entry]) => setWidthPx((entry?.contentRect.width ?? 0) - beside))
  onMount(() => watch.observe(table()))
  onCleanup(() => watch.disconnect())
  return createMemo(
    () => (page.isPhone() ? columns : fittingColumns(page.bar.address().columns ?? firstColumns, widthPx())),
    undefined,
    { equals: (one, other) => one.length === other.length && one.every((column, at) => column === other[at]) },
  )
}
