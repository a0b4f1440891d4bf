import { For, type JSX, onMount, Show } from 'solid-js'
import { usePage } from '../shell/page.ts'
import { type Column, gridOf } from './columns.ts'
import type { HeldList } from './held-list.ts'
import { createListFocus } from './list-focus.ts'
import { ListHead } from './list-head.tsx'
import { createListRows } from './list-rows.ts'
import { LoadingRows } from './loading-rows.tsx'
import { NodeRow, PinnedRow } from './node-row.tsx'

/** Titles, pinned rows, and the sorted list of which only the rows in sight are in the page. */
export function NodeList(props: { held: HeldList; columns: readonly Column[] }): JSX.Element {
  const page = usePage()
  const list = createListRows(page, props.held)
  const focus = createListFocus(page, list)
  let scroller!: HTMLDivElement
  onMount(() => list.setScroller(scroller))
  const onFocusOut = (event: FocusEvent & { currentTarget: HTMLElement }) => {
    const isInside = event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget)
    if (!isInside) props.held.hold('focus', false)
  }
  return (
    <div
      class="list"
      style={{ '--cols': gridOf(props.columns) }}
      role="grid"
      aria-label="Nodes"
      aria-rowcount={list.total() + page.pins.pinned().length + 1}
      onKeyDown={focus.onKeyDown}
      onPointerEnter={() => props.held.hold('pointer', true)}
      onPointerLeave={() => props.held.hold('pointer', false)}
      onFocusIn={(event) => {
        props.held.hold('focus', true)
        focus.focused(event.target)
      }}
      onFocusOut={onFocusOut}
    >
      <ListHead columns={props.columns} />
      <div class="pinned-rows" role="rowgroup">
        <For each={page.pins.pinned()}>
          {(node, place) => (
            <PinnedRow
              node={node}
              columns={props.columns}
              index={place() - page.pins.pinned().length}
              isTabStop={focus.tabStop() === place() - page.pins.pinned().length}
            />
          )}
        </For>
      </div>
      <div class="scroller" role="rowgroup" ref={scroller}>
        <div class="rows" role="presentation" style={{ height: `${list.heightPx()}px` }}>
          <For each={list.indexes()}>
            {(index) => (
              <NodeRow
                row={list.rowAt(index)}
                index={index}
                columns={props.columns}
                topPx={index * list.rowPx()}
                isTabStop={focus.tabStop() === index}
                hasLeft={props.held.hasLeft(list.rowAt(index)?.key ?? '')}
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
