import type { ViewQuestion } from '@headwatch/protocol/reporting'
import { type Accessor, createContext, createMemo, useContext } from 'solid-js'
import { createLiveFeed, type LiveFeed, type LiveView } from '../feed/live-feed.ts'
import type { WireAlarm, WireBlock, WireNode, WireSummary } from '../feed/wire.ts'
import { createPins, type Pins } from '../nodes/pins.ts'
import { type AddressBar, createAddressBar } from './address-bar.ts'
import { createMedia } from './media.ts'

/** What every part of the page stands on. */
export interface Page {
  readonly bar: AddressBar
  readonly feed: LiveFeed
  readonly pins: Pins
  readonly networks: Accessor<readonly WireSummary[] | undefined>
  /** The network on show: the one in the address, else the first there is. */
  readonly network: Accessor<string | undefined>
  readonly summary: Accessor<WireSummary | undefined>
  readonly blocks: Accessor<readonly WireBlock[] | undefined>
  readonly alarms: Accessor<readonly WireAlarm[] | undefined>
  /** Sentences on what of the server itself does not work. */
  readonly problems: Accessor<readonly string[]>
  /** The node whose panel is open, once it is known. */
  readonly node: LiveView
  readonly isPhone: Accessor<boolean>
}

const PageContext = createContext<Page>()
export const PageProvider = PageContext.Provider

export function usePage(): Page {
  const page = useContext(PageContext)
  if (page === undefined) throw new Error('usePage is called outside PageProvider')
  return page
}

export function createPage(): Page {
  const bar = createAddressBar()
  const url = new URL('api/v1/feed', document.baseURI)
  url.protocol = url.protocol.replace('http', 'ws')
  url.search = ''
  const feed = createLiveFeed(url.href)
  const networks = rowsOf<WireSummary>(feed.view(() => ({ of: 'networks' })))
  const network = createMemo(() => bar.address().network ?? networks()?.[0]?.network)
  const ofNetwork = (ask: (network: string) => ViewQuestion) =>
    createMemo(() => {
      const id = network()
      return id === undefined ? undefined : ask(id)
    })
  const summaryView = feed.view(ofNetwork((id) => ({ of: 'summary', network: id })))
  const blocks = rowsOf<WireBlock>(feed.view(ofNetwork((id) => ({ of: 'blocks', network: id, count: 40 }))))
  const alarms = rowsOf<WireAlarm>(feed.view(() => ({ of: 'alarms' })))
  const server = feed.view(() => ({ of: 'server' }))
  const nodeName = createMemo(() => bar.address().node)
  const node = feed.view(
    createMemo((): ViewQuestion | undefined => {
      const [id, name] = [network(), nodeName()]
      return id === undefined || name === undefined ? undefined : { of: 'node', network: id, node: name }
    }),
  )
  return {
    bar,
    feed,
    pins: createPins(network),
    networks,
    network,
    // The list of networks has it too, and comes a tick earlier.
    summary: createMemo(
      () => onlyValueOf<WireSummary>(summaryView) ?? networks()?.find((one) => one.network === network()),
    ),
    blocks,
    alarms,
    problems: () => onlyValueOf<{ readonly problems: readonly string[] }>(server)?.problems ?? [],
    node,
    isPhone: createMedia('(max-width: 900px)'),
  }
}

/** The node that a `node` view shows; undefined while it is asked for and when there is none. */
export function nodeOf(view: LiveView): WireNode | undefined {
  return onlyValueOf<WireNode>(view)
}

function rowsOf<Value>(view: LiveView): Accessor<readonly Value[] | undefined> {
  return createMemo(() => {
    const content = view.content()
    return content?.kind === 'rows' ? content.rows.map((row) => row.value as unknown as Value) : undefined
  })
}

function onlyValueOf<Value>(view: LiveView): Value | undefined {
  const content = view.content()
  return content?.kind === 'value' && content.value !== null ? (content.value as unknown as Value) : undefined
}
