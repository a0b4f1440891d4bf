import { createEffect, createSignal, type JSX, Match, onCleanup, Show, Switch } from 'solid-js'
import { visibleText } from '../format/visible-text.ts'
import { NodesScreen } from '../nodes/nodes-screen.tsx'
import { Overview } from '../overview/overview.tsx'
import { Announcer } from './announcer.tsx'
import { BarOne } from './bar-one.tsx'
import { BarTwo } from './bar-two.tsx'
import { EmptyServer } from './empty-server.tsx'
import { Help } from './help.tsx'
import { listenToKeys } from './keys.ts'
import { createMedia } from './media.ts'
import { createPage, type Page, PageProvider } from './page.ts'
import { TabBar } from './tab-bar.tsx'

/** The whole page: two bars, one screen, and on a phone the tabs. */
export function App(): JSX.Element {
  const page = createPage()
  const [helpIsOpen, setHelpIsOpen] = createSignal(false)
  const switchTheme = keepTheme(page)
  followLinks(page)
  listenToKeys(page, () => setHelpIsOpen(true))
  createEffect(() => {
    const state = page.feed.connection()
    if (state.kind === 'lost') document.documentElement.dataset.conn = 'lost'
    else delete document.documentElement.dataset.conn
  })
  createEffect(() => {
    const name = page.summary()?.name
    document.title = name === undefined ? 'Headwatch' : `${visibleText(name)}: ${page.bar.address().screen}. Headwatch`
  })
  const toAlarms = () => {
    page.bar.go({ screen: 'overview', node: undefined })
    document.querySelector<HTMLElement>('#look')?.focus()
  }
  return (
    <PageProvider value={page}>
      <div class="page">
        <BarOne onTheme={switchTheme} onHelp={() => setHelpIsOpen(true)} onBell={toAlarms} />
        <BarTwo />
        <main>
          <Show
            when={page.networks()?.length !== 0 || page.bar.address().network !== undefined}
            fallback={<EmptyServer />}
          >
            <Switch>
              <Match when={page.bar.address().screen === 'overview'}>
                <Overview />
              </Match>
              <Match when={page.bar.address().screen === 'nodes'}>
                <NodesScreen />
              </Match>
            </Switch>
          </Show>
        </main>
        <TabBar />
      </div>
      <Help isOpen={helpIsOpen()} onClose={() => setHelpIsOpen(false)} />
      <Announcer />
    </PageProvider>
  )
}

/** Holds the theme on the document; gives back what switches it. */
function keepTheme(page: Page): () => void {
  const prefersLight = createMedia('(prefers-color-scheme: light)')
  const theme = () => page.bar.address().theme ?? (prefersLight() ? 'light' : 'dark')
  createEffect(() => {
    document.documentElement.dataset.theme = theme()
  })
  return () => page.bar.go({ theme: theme() === 'dark' ? 'light' : 'dark' }, 'replace')
}

function followLinks(page: Page): void {
  const onClick = (event: MouseEvent) => followLink(page, event)
  addEventListener('click', onClick)
  onCleanup(() => removeEventListener('click', onClick))
}

/** A plain click on a link to this page changes the address without loading it again. */
function followLink(page: Page, event: MouseEvent): void {
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
  const link = event.target instanceof Element ? event.target.closest('a') : null
  if (link === null || link.target !== '' || link.origin !== location.origin || link.pathname !== location.pathname)
    return
  event.preventDefault()
  page.bar.follow(link.search)
}
