import { createMemo, type JSX, onMount, Show } from 'solid-js'
import { countOf } from '../format/numbers.ts'
import { DelayBars } from '../nodes/delay-bars.tsx'
import { StateTag } from '../nodes/state-tag.tsx'
import { Glyph } from '../shell/glyph.tsx'
import { Outside } from '../shell/outside.tsx'
import { nodeOf, usePage } from '../shell/page.ts'
import { Identity } from './identity.tsx'
import { NodeAlarms } from './node-alarms.tsx'
import { NodeCharts } from './node-charts.tsx'
import { Verdict } from './verdict.tsx'

/** One node: what is wrong with it, who it is, how it went in the last hour. The list stays usable beside it. */
export function NodePanel(): JSX.Element {
  const page = usePage()
  const name = () => page.bar.address().node ?? ''
  const node = createMemo(() => {
    const known = nodeOf(page.node)
    return known?.node === name() ? known : undefined
  })
  let panel!: HTMLElement
  onMount(() => {
    if (page.isPhone()) panel.focus()
  })
  return (
    <aside class="side" ref={panel} tabindex="-1" aria-label="Node">
      <section class="sec ph">
        <h2>
          <Outside text={name()} />
        </h2>
        <Show when={node()}>{(known) => <StateTag node={known()} />}</Show>
        <span class="sp" />
        <button type="button" class="btn" onClick={() => page.pins.toggle(name())}>
          {page.pins.isPinned(name()) ? 'Unpin' : 'Pin'}
        </button>
        <button
          type="button"
          class="tbtn"
          aria-label="Close panel (Esc)"
          onClick={() => page.bar.go({ node: undefined })}
        >
          <Glyph name="close" />
        </button>
      </section>
      <Show when={node()} fallback={<Absent />}>
        {(known) => (
          <>
            <Verdict node={known()} />
            <Identity node={known()} />
            <Show when={known().recentDelays.length > 0}>
              <section class="sec">
                <div class="sech">
                  <h3>Last {countOf(known().recentDelays.length, 'block')}</h3>
                  <span class="note">bar: delay, full height 1 s; red foot: missed; dots: not known</span>
                </div>
                <div class="wide-bars">
                  <DelayBars delays={known().recentDelays} height={28} fit="stretch" />
                </div>
              </section>
            </Show>
            <NodeCharts network={known().network} node={known().node} firstSeenAt={known().firstSeenAt} />
            <NodeAlarms node={known()} />
          </>
        )}
      </Show>
    </aside>
  )
}

function Absent(): JSX.Element {
  const page = usePage()
  const words = () => {
    const refused = page.node.refused()
    if (refused !== undefined) return `The server says: ${refused}`
    return page.node.isCurrent()
      ? 'This network knows no node of that name. It may have been renamed.'
      : 'Asking for it.'
  }
  return <section class="sec dim">{words()}</section>
}
