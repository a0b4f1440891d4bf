import { createEffect, For, type JSX } from 'solid-js'
import licence from '../look/fonts/LICENSE.txt?url'
import { Glyph } from './glyph.tsx'
import { lettersFind, setLettersFind } from './letters.ts'

const keys: readonly (readonly [string, string])[] = [
  ['any letter, /', 'find by name, client, country or hash'],
  ['Esc', 'clears what you typed; again closes the panel'],
  ['↑ ↓ Page Home End', 'move in the list; from the panel, ↑ ↓ step through nodes'],
  ['Enter', 'opens the node'],
  ['Space', 'pins the node on top, or lets it go'],
  ['Alt 1, Alt 2', 'screens'],
  ['Alt ← →', 'networks'],
  ['?', 'this list'],
]

/** The list of keys. */
export function Help(props: { isOpen: boolean; onClose: () => void }): JSX.Element {
  let dialog!: HTMLDialogElement
  createEffect(() => {
    if (props.isOpen && !dialog.open) dialog.showModal()
    if (!props.isOpen && dialog.open) dialog.close()
  })
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={() => props.onClose()}>
      <div class="ph">
        <h2 id="help-title">Keys</h2>
        <span class="sp" />
        <button type="button" class="tbtn" aria-label="Close this list (Esc)" onClick={() => props.onClose()}>
          <Glyph name="close" />
        </button>
      </div>
      <dl>
        <For each={keys}>
          {([key, does]) => (
            <>
              <dt>
                <span class="kbd">{key}</span>
              </dt>
              <dd>{does}</dd>
            </>
          )}
        </For>
      </dl>
      <label class="check">
        <input
          type="checkbox"
          checked={lettersFind()}
          onChange={(event) => setLettersFind(event.currentTarget.checked)}
        />
        Letters start a search
      </label>
      <p class="faint">
        Set in IBM Plex, <a href={licence}>SIL Open Font License 1.1</a>
      </p>
    </dialog>
  )
}
