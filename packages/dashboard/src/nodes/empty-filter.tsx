import { For, type JSX, Show } from 'solid-js'
import { countText } from '../format/numbers.ts'
import { EmptyServer } from '../shell/empty-server.tsx'
import { usePage } from '../shell/page.ts'
import { filterWords, withoutPart } from './filter-words.ts'

/** Nothing matches: what was looked for, among how many, and what to remove. */
export function EmptyFilter(props: { known: number }): JSX.Element {
  const page = usePage()
  const filter = () => page.bar.address().filter
  const words = () => filterWords(filter())
  return (
    <Show when={props.known > 0} fallback={<EmptyServer />}>
      <div class="empty">
        <b>No node matches</b>
        <p>
          {`${countText(props.known)} ${props.known === 1 ? 'node is' : 'nodes are'} known; none whose `}
          {words()
            .map(({ part, words }) => (part === 'text' ? `name, client, country or hash ${words}` : words))
            .join(' and whose ')}
          . Remove one filter, or press Esc to clear what you typed.
        </p>
        <p class="chips">
          <For each={words()}>
            {({ part, words }) => (
              <button type="button" class="btn" onClick={() => page.bar.go({ filter: withoutPart(filter(), part) })}>
                Remove: {words}
              </button>
            )}
          </For>
        </p>
      </div>
    </Show>
  )
}
