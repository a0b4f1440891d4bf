import { type JSX, Show } from 'solid-js'
import type { WireSummary } from '../feed/wire.ts'
import { NodeField } from '../field/node-field.tsx'
import { NodeTable } from '../nodes/node-table.tsx'
import { NodePanel } from '../panel/node-panel.tsx'
import { Outside } from '../shell/outside.tsx'
import { usePage } from '../shell/page.ts'
import { BlockTape } from './block-tape.tsx'
import { Facts } from './facts.tsx'
import { NeedsALook } from './needs-a-look.tsx'
import { NoNodeAnswers } from './no-node-answers.tsx'
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
      <Show when={isSmall(page.summary()) && !page.isPhone()} fallback={<NodeField />}>
        <NodeTable />
      </Show>
      <Show when={!panelIsOpen() || page.isPhone()}>
        <aside class="col" aria-label="Propagation and alarms">
          <Show when={nobodyEverAnswered(page.summary())} fallback={<Propagation />}>
            <NoNodeAnswers />
          </Show>
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

/** So few nodes that a list says more than dots. */
function isSmall(summary: WireSummary | undefined): boolean {
  return summary !== undefined && summary.nodes <= 40
}

/** Nodes are known, their agents say that none answers, and no block was ever seen. */
function nobodyEverAnswered(summary: WireSummary | undefined): boolean {
  return (
    summary !== undefined && summary.nodes > 0 && summary.head === undefined && summary.silentBy.node === summary.nodes
  )
}
