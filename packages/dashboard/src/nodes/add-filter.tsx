import type { NodeActivity } from '@headwatch/protocol'
import { createSignal, For, type JSX, Show } from 'solid-js'
import { countText } from '../format/numbers.ts'
import { activities } from '../shell/address.ts'
import { usePage } from '../shell/page.ts'
import { activityWords } from './filter-words.ts'

/** A menu of states with their counts, and fields for clients and countries. */
export function AddFilter(): JSX.Element {
  const page = usePage()
  const [isOpen, setOpen] = createSignal(false)
  let root!: HTMLSpanElement
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
  const onFocusOut = (event: FocusEvent) => {
    if (!(event.relatedTarget instanceof Node && root.contains(event.relatedTarget))) setOpen(false)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !isOpen()) return
    event.preventDefault()
    setOpen(false)
    root.querySelector('button')?.focus()
  }
  return (
    <span class="add-filter" ref={root} onFocusOut={onFocusOut} onKeyDown={onKeyDown}>
      <button
        type="button"
        class="chip add"
        aria-expanded={isOpen()}
        aria-controls="filters"
        onClick={() => setOpen(!isOpen())}
      >
        Add filter
      </button>
      <Show when={isOpen()}>
        <div class="menu" id="filters" role="group" aria-label="Filters" tabindex="-1">
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
        </div>
      </Show>
    </span>
  )
}
