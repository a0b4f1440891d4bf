import { For, type JSX, Show } from 'solid-js'
import { Dynamic } from 'solid-js/web'
import type { WireNode } from '../feed/wire.ts'
import { ageText } from '../format/ages.ts'
import { clientName } from '@headwatch/protocol/reporting'
import { blockTail, countText, durationText, gweiText, percentText } from '../format/numbers.ts'
import { stalenessOf } from '../format/staleness.ts'
import { visibleText } from '../format/visible-text.ts'
import { Glyph } from '../shell/glyph.tsx'
import { Outside } from '../shell/outside.tsx'
import { usePage } from '../shell/page.ts'
import type { Column, ColumnId } from './columns.ts'
import { DelayBars } from './delay-bars.tsx'
import { StateTag } from './state-tag.tsx'

interface CellProps {
  readonly node: WireNode
  readonly isPinned: boolean
  readonly isNewestTaker: boolean
}

/** The cells of one node, one for each column on show. */
export function NodeCells(props: CellProps & { columns: readonly Column[] }): JSX.Element {
  return (
    <For each={props.columns}>
      {({ id, align }) => (
        <Show when={cells[id]} fallback={<TextCell id={id} align={align} text={texts[id]?.(props.node)} />}>
          {(cell) => <Dynamic component={cell()} {...props} />}
        </Show>
      )}
    </For>
  )
}

const cells: Readonly<Partial<Record<ColumnId, (props: CellProps) => JSX.Element>>> = {
  pin: PinCell,
  state: (props) => (
    <span role="gridcell" class="c-state">
      <StateTag node={props.node} />
    </span>
  ),
  head: HeadCell,
  took: (props) => <TookCell node={props.node} isFirst={props.isNewestTaker} />,
  seen: SeenCell,
  blocks: (props) => (
    <span role="gridcell" class="c-blocks">
      <DelayBars delays={props.node.recentDelays} height={14} />
    </span>
  ),
}

/** Cells that are a text; nothing where it is not known. */
const texts: Readonly<Partial<Record<ColumnId, (node: WireNode) => string | undefined>>> = {
  name: ({ node }) => node,
  client: ({ client }) => client && clientName(client),
  where: ({ location }) => [location?.city, location?.country].filter((part) => part !== undefined).join(', '),
  peers: ({ peers }) => (peers === undefined ? undefined : countText(peers)),
  pending: ({ pendingTransactions: pending }) => (pending === undefined ? undefined : countText(pending)),
  latency: ({ latencyMs }) => (latencyMs === undefined ? undefined : durationText(latencyMs)),
  uptime: ({ uptime }) => percentText(uptime),
  clock: ({ clock }) => clock && `${Math.round(clock.offsetMs)} ±${Math.round(clock.errorMs)} ms`,
  gas: ({ gasPriceWei }) => gasPriceWei && gweiText(gasPriceWei),
  system: ({ os }) => os,
  agent: ({ agent }) => agent,
  contact: ({ contact }) => contact,
}

function TextCell(props: { id: ColumnId; align: Column['align']; text: string | undefined }): JSX.Element {
  return (
    <span
      role="gridcell"
      class={`c-${props.id}`}
      classList={{ r: props.align === 'right' }}
      title={props.align === 'left' ? visibleText(props.text ?? '') : undefined}
    >
      <Outside text={props.text ?? ''} />
    </span>
  )
}

function PinCell(props: CellProps): JSX.Element {
  return (
    <span role="gridcell" class="c-pin">
      <Show when={props.isPinned}>
        <Glyph name="pin" />
        <span class="vh">pinned</span>
      </Show>
    </span>
  )
}

function SeenCell(props: CellProps): JSX.Element {
  const page = usePage()
  return (
    <span role="gridcell" class="c-seen r">
      {ageText(page.feed.now() - props.node.lastSeenAt)}
    </span>
  )
}

function HeadCell(props: { node: WireNode }): JSX.Element {
  const page = usePage()
  const isSilent = () => props.node.activity === 'silent'
  const ageMs = () => page.feed.now() - ageFrom(props.node)
  const tone = () => {
    const blockTimeS = page.summary()?.blockTimeS
    return isSilent() ? 'fresh' : stalenessOf(ageMs(), blockTimeS === undefined ? undefined : blockTimeS * 1000)
  }
  return (
    <span role="gridcell" class="c-head r">
      <Show when={!isSilent() && props.node.head}>{(head) => <>{`${blockTail(head().number)} `}</>}</Show>
      <span class={tone() === 'fresh' ? 'dim' : `sev-${tone()}`}>{ageText(ageMs())}</span>
    </span>
  )
}

/** The age of the head while the node is heard, else the age of the silence. */
function ageFrom({ activity, silence, head, lastSeenAt }: WireNode): number {
  if (activity === 'silent') return silence?.since ?? lastSeenAt
  return head?.seenAt ?? lastSeenAt
}

function TookCell(props: { node: WireNode; isFirst: boolean }): JSX.Element {
  const ms = () => (props.node.activity === 'in_sync' ? props.node.head?.propagationMs : undefined)
  const absent = () =>
    props.node.activity === 'behind' ? 'not yet' : props.node.activity === 'silent' ? 'no block' : ''
  return (
    <span role="gridcell" class="c-took r">
      <Show when={ms() !== undefined} fallback={<span class="faint">{absent()}</span>}>
        <i classList={{ first: props.isFirst }} style={{ '--w': `${Math.min(34, (ms() ?? 0) / 8)}px` }} />
        {`+${durationText(ms() ?? 0)}`}
      </Show>
    </span>
  )
}
