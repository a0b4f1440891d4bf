import { For, type JSX } from 'solid-js'
import { Glyph } from './glyph.tsx'
import { usePage } from './page.ts'
import { screens } from './screens.ts'

/** The screens, under the thumb. */
export function TabBar(): JSX.Element {
  const page = usePage()
  return (
    <nav class="tabbar" aria-label="Screens, at the bottom">
      <For each={screens}>
        {({ screen, label }) => (
          <a
            href={page.bar.href({ screen, node: undefined })}
            aria-current={page.bar.address().screen === screen ? 'page' : undefined}
          >
            <Glyph name={screen} />
            {label}
          </a>
        )}
      </For>
    </nav>
  )
}
