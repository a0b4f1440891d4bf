import { type JSX, Show } from 'solid-js'
import { NodePanel } from '../panel/node-panel.tsx'
import { Outside } from '../shell/outside.tsx'
import { usePage } from '../shell/page.ts'
import { NodeTable } from './node-table.tsx'

/** Which nodes are not well, and is it the node, the agent or the path? */
export function NodesScreen(): JSX.Element {
  const page = usePage()
  const panelIsOpen = () => page.bar.address().node !== undefined
  return (
    <div class="nodes-screen" classList={{ 'with-panel': panelIsOpen() }}>
      <h1 class="vh">
        <Outside text={page.summary()?.name ?? 'Network'} />, nodes
      </h1>
      <NodeTable />
      <Show when={panelIsOpen()}>
        <NodePanel />
      </Show>
    </div>
  )
}
