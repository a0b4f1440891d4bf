import { For, type JSX, Show } from 'solid-js'
import { Glyph } from '../shell/glyph.tsx'
import { usePage } from '../shell/page.ts'
import { AddFilter } from './add-filter.tsx'
import { ChooseColumns } from './choose-columns.tsx'
import type { ColumnId } from './columns.ts'
import { filterWords, withoutPart } from './filter-words.ts'
import type { HeldList } from './held-list.ts'

/** Find, the filters in force and how to add one; at the right how the list behaves. */
export function Toolbar(props: { held: HeldList; columns: readonly ColumnId[] }): JSX.Element {
  const page = usePage()
  const filter = () => page.bar.address().filter
  const find = (text: string) => {
    const rest = withoutPart(filter(), 'text')
    page.bar.go({ filter: text === '' ? rest : { ...rest, text } }, 'replace')
  }
  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLInputElement }) => {
    if (event.key === 'Escape') event.currentTarget.blur()
    if (event.key === 'ArrowDown' || event.key === 'Enter') {
      document.querySelector<HTMLElement>('.list [role="row"][tabindex="0"]')?.focus()
      event.preventDefault()
    }
  }
  return (
    <div class="toolbar">
      <label class="search">
        <span class="faint">Find</span>
        <input
          id="find"
          aria-label="Find nodes by name, client, country or hash"
          placeholder="just start typing"
          maxlength="200"
          autocomplete="off"
          spellcheck={false}
          value={filter().text ?? ''}
          onInput={(event) => find(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <span class="kbd" aria-hidden="true">
          /
        </span>
      </label>
      <span class="chips">
        <For each={filterWords(filter()).filter(({ part }) => part !== 'text')}>
          {({ part, words }) => (
            <span class="chip">
              {words.charAt(0).toUpperCase() + words.slice(1)}
              <button
                type="button"
                aria-label={`Remove filter: ${words}`}
                onClick={() => page.bar.go({ filter: withoutPart(filter(), part) })}
              >
                <Glyph name="close" />
              </button>
            </span>
          )}
        </For>
        <AddFilter />
      </span>
      <Show when={filter().text}>
        <span class="faint n opt">Esc clears</span>
      </Show>
      <span class="sp" />
      <button
        type="button"
        class="btn opt"
        aria-pressed={props.held.isCalm()}
        title="The order holds while the pointer or the focus is in the list"
        onClick={() => props.held.setCalm(!props.held.isCalm())}
      >
        Calm
      </button>
      <ChooseColumns shown={props.columns} />
    </div>
  )
}
