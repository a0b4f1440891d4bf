import type { NodeActivity } from '@headwatch/protocol'
import { For, type JSX } from 'solid-js'
import { countText } from '../format/numbers.ts'
import { activities } from '../shell/address.ts'
import { Menu } from '../shell/menu.tsx'
import { usePage } from '../shell/page.ts'
import { activityWords } from './filter-words.ts'

/** A menu of states with their counts, and fields for clients and countries. */
export function AddFilter(): JSX.Element {
  const page = usePage()
  const filter = () => page.bar.address().filter
  const toggle = (one: NodeActivity, on: boolean) => {
    const activity = activities.filter((other) => (other === one ? on : filter().activity?.includes(other)))
    const { activity: _before, ...rest } = filter()
    page.bar.go({ filter: activity.length === 0 ? rest : { ...rest, activity } })
  }
  const setList = (part: 'client' | 'country', text: string) => {
    const list = text
      .split(',')
      .map((one) => (part === 'country' ? one.trim().toUpperCase() : one.trim()))
      .filter((one) => one !== '')
    const { [part]: _before, ...rest } = filter()
    page.bar.go({ filter: list.length === 0 ? rest : { ...rest, [part]: list } })
  }
  return (
    <Menu id="filters" label="Filters" class="chip add" title="Add filter">
      <For each={activities}>
        {(one) => (
          <label class="check">
            <input
              type="checkbox"
              checked={filter().activity?.includes(one) ?? false}
              onChange={(event) => toggle(one, event.currentTarget.checked)}
            />
            {activityWords[one]}
            <span class="sp" />
            <span class="faint n">{countText(page.summary()?.byActivity[one] ?? 0)}</span>
          </label>
        )}
      </For>
      <label>
        Client
        <input
          placeholder="geth, besu"
          value={filter().client?.join(', ') ?? ''}
          onChange={(event) => setList('client', event.currentTarget.value)}
        />
      </label>
      <label>
        Country
        <input
          placeholder="DE, PL"
          value={filter().country?.join(', ') ?? ''}
          onChange={(event) => setList('country', event.currentTarget.value)}
        />
      </label>
    </Menu>
  )
}
