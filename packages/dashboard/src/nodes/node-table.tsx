import { createMemo, type JSX, Show } from 'solid-js'
import { usePage } from '../shell/page.ts'
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
  return (
    <section class="node-table" aria-label="Nodes">
      <Toolbar />
      <WhereLine held={held} />
      <Show when={total() !== 0} fallback={<EmptyFilter known={known()} />}>
        <NodeList held={held} />
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
