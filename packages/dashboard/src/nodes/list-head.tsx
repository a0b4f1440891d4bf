import type { NodeSort } from '@headwatch/protocol/reporting'
import { For, type JSX, Show } from 'solid-js'
import { Glyph } from '../shell/glyph.tsx'
import { usePage } from '../shell/page.ts'
import type { Column } from './columns.ts'

/** Titles of the columns; those that sort are buttons. */
export function ListHead(props: { columns: readonly Column[] }): JSX.Element {
  return (
    <div class="list-head" role="rowgroup">
      <div role="row" class="row" aria-rowindex="1">
        <For each={props.columns}>{(column) => <Title column={column} />}</For>
      </div>
    </div>
  )
}

function Title(props: { column: Column }): JSX.Element {
  const page = usePage()
  const direction = () => {
    const { by, direction } = page.bar.address().sort
    return props.column.sort === by ? direction : undefined
  }
  return (
    <span
      role="columnheader"
      class={`c-${props.column.id}`}
      classList={{ r: props.column.align === 'right' }}
      aria-sort={direction()}
    >
      <Show when={props.column.sort} fallback={props.column.title || <span class="vh">Pinned</span>}>
        {(by) => (
          <button
            type="button"
            onClick={() => page.bar.go({ sort: { by: by(), direction: nextDirection(props.column, direction()) } })}
          >
            {props.column.title}
            <Show when={direction()}>{(to) => <Glyph name={to() === 'ascending' ? 'up' : 'down'} />}</Show>
          </button>
        )}
      </Show>
    </span>
  )
}

function nextDirection(column: Column, now: NodeSort['direction'] | undefined): NodeSort['direction'] {
  if (now === undefined) return column.first
  return now === 'ascending' ? 'descending' : 'ascending'
}
