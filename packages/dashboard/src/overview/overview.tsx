import { type JSX, Show } from 'solid-js'
import { NodeTable } from '../nodes/node-table.tsx'
import { NodePanel } from '../panel/node-panel.tsx'
import { Outside } from '../shell/outside.tsx'
import { usePage } from '../shell/page.ts'
import { BlockTape } from './block-tape.tsx'
import { Facts } from './facts.tsx'
import { NeedsALook } from './needs-a-look.tsx'
import { Propagation } from './propagation.tsx'

/** Is the network well, and did the last block reach everyone? */
export function Overview(): JSX.Element {
  const page = usePage()
  const panelIsOpen = () => page.bar.address().node !== undefined
  return (
    <div class="overview" classList={{ 'with-panel': panelIsOpen() }}>
      <h1 class="vh">
        <Outside text={page.summary()?.name ?? 'Network'} />, overview
      </h1>
      <Facts />
      <Show when={!page.isPhone()}>
        <NodeTable />
      </Show>
      <Show when={!panelIsOpen() || page.isPhone()}>
        <aside class="col" aria-label="Propagation and alarms">
          <Propagation />
          <NeedsALook />
        </aside>
      </Show>
      <Show when={panelIsOpen()}>
        <NodePanel />
      </Show>
      <BlockTape />
    </div>
  )
}
