import { For, type JSX, Show } from 'solid-js'
import { Menu } from '../shell/menu.tsx'
import { usePage } from '../shell/page.ts'
import { type ColumnId, choosable, firstColumns } from './columns.ts'

/** A menu of all columns. What is chosen stands in the address; what has no room says so. */
export function ChooseColumns(props: { shown: readonly ColumnId[] }): JSX.Element {
  const page = usePage()
  const chosen = () => page.bar.address().columns ?? firstColumns
  const toggle = (id: ColumnId, on: boolean) => {
    const next = choosable.map((column) => column.id).filter((one) => (one === id ? on : chosen().includes(one)))
    const isUsual = next.length === firstColumns.length && next.every((one) => firstColumns.includes(one))
    page.bar.go({ columns: isUsual ? undefined : next }, 'replace')
  }
  return (
    <Menu
      id="columns"
      label="Columns"
      class="btn opt"
      side="right"
      title={`Columns, ${chosen().length} of ${choosable.length}`}
    >
      <For each={choosable}>
        {({ id, title }) => (
          <label class="check">
            <input
              type="checkbox"
              checked={chosen().includes(id)}
              onChange={(event) => toggle(id, event.currentTarget.checked)}
            />
            {title}
            <Show when={chosen().includes(id) && !props.shown.includes(id)}>
              <span class="sp" />
              <span class="faint">no room</span>
            </Show>
          </label>
        )}
      </For>
    </Menu>
  )
}
