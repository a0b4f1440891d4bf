import type { Row } from '@headwatch/protocol/reporting'
import { type JSX, Show } from 'solid-js'
import type { WireNode } from '../feed/wire.ts'
import { Outside } from '../shell/outside.tsx'
import { nodeOf, usePage } from '../shell/page.ts'
import type { Column } from './columns.ts'
import { NodeCells } from './node-cells.tsx'

/** One row of the sorted list; grey while it is not here yet. */
export function NodeRow(props: {
  row: Row | undefined
  index: number
  topPx: number
  isTabStop: boolean
  columns: readonly Column[]
  /** The order is held and this row is gone from what the server sends: its values are the last known. */
  hasLeft: boolean
}): JSX.Element {
  const page = usePage()
  const node = () => props.row?.value as unknown as WireNode | undefined
  return (
    <div
      role="row"
      class="row"
      classList={{ ...lookOf(node()), left: props.hasLeft }}
      title={props.hasLeft ? 'Moved away while the order is held: these are the last values known' : undefined}
      style={{ transform: `translateY(${props.topPx}px)` }}
      data-index={props.index}
      aria-rowindex={props.index + 2 + page.pins.pinned().length}
      aria-selected={node() !== undefined && node()?.node === page.bar.address().node}
      tabindex={props.isTabStop ? 0 : -1}
      onClick={() => open(page, node()?.node)}
    >
      <Show when={node()} fallback={<span role="gridcell" class="ghost" />}>
        {(known) => (
          <NodeCells
            node={known()}
            columns={props.columns}
            isPinned={page.pins.isPinned(known().node)}
            isNewestTaker={props.index === 0 && page.bar.address().sort.by === 'propagation'}
          />
        )}
      </Show>
    </div>
  )
}

/** A row kept on top, above any filter, with a view of its own. */
export function PinnedRow(props: {
  node: string
  index: number
  isTabStop: boolean
  columns: readonly Column[]
}): JSX.Element {
  const page = usePage()
  const view = page.feed.view(() => {
    const network = page.network()
    return network === undefined ? undefined : { of: 'node', network, node: props.node }
  })
  const node = () => nodeOf(view)
  return (
    <div
      role="row"
      class="row pinned"
      classList={lookOf(node())}
      data-index={props.index}
      aria-rowindex={props.index + 2 + page.pins.pinned().length}
      aria-selected={props.node === page.bar.address().node}
      tabindex={props.isTabStop ? 0 : -1}
      onClick={() => open(page, props.node)}
    >
      <Show when={node()} fallback={<UnknownCells node={props.node} />}>
        {(known) => <NodeCells node={known()} columns={props.columns} isPinned={true} isNewestTaker={false} />}
      </Show>
    </div>
  )
}

function UnknownCells(props: { node: string }): JSX.Element {
  return (
    <>
      <span role="gridcell" class="c-pin" />
      <span role="gridcell" class="c-state faint">
        not known
      </span>
      <span role="gridcell" class="c-name">
        <Outside text={props.node} />
      </span>
    </>
  )
}

/** Old rows grow dim before they get a colour; what is silent is quiet. */
function lookOf(node: WireNode | undefined): Record<string, boolean> {
  return {
    quiet: node?.activity === 'silent',
    old: node?.activity === 'behind' || node?.activity === 'unknown',
  }
}

function open(page: ReturnType<typeof usePage>, node: string | undefined): void {
  if (node !== undefined && !isSelecting()) page.bar.go({ node })
}

/** Someone who marks a name to copy it does not want the panel. */
function isSelecting(): boolean {
  return (getSelection()?.toString() ?? '') !== ''
}
