import { type JSX, Show } from 'solid-js'
import type { WireNode } from '../feed/wire.ts'
import { ageText } from '../format/ages.ts'
import { clientName } from '@headwatch/protocol/reporting'
import { blockTail, countText, durationText, percentText } from '../format/numbers.ts'
import { stalenessOf } from '../format/staleness.ts'
import { visibleText } from '../format/visible-text.ts'
import { Glyph } from '../shell/glyph.tsx'
import { Outside } from '../shell/outside.tsx'
import { usePage } from '../shell/page.ts'
import { DelayBars } from './delay-bars.tsx'
import { StateTag } from './state-tag.tsx'

/** The cells of one node, in the order of `columns`. */
export function NodeCells(props: { node: WireNode; isPinned: boolean; isNewestTaker: boolean }): JSX.Element {
  return (
    <>
      <span role="gridcell" class="c-pin">
        <Show when={props.isPinned}>
          <Glyph name="pin" />
          <span class="vh">pinned</span>
        </Show>
      </span>
      <span role="gridcell" class="c-state">
        <StateTag node={props.node} />
      </span>
      <span role="gridcell" class="c-name" title={visibleText(props.node.node)}>
        <Outside text={props.node.node} />
      </span>
      <span role="gridcell" class="c-client" title={visibleText(props.node.client ?? '')}>
        <Outside text={clientName(props.node.client ?? '')} />
      </span>
      <HeadCell node={props.node} />
      <TookCell node={props.node} isFirst={props.isNewestTaker} />
      <span role="gridcell" class="c-peers r">
        {props.node.peers === undefined ? '' : countText(props.node.peers)}
      </span>
      <span role="gridcell" class="c-pending r">
        {props.node.pendingTransactions === undefined ? '' : countText(props.node.pendingTransactions)}
      </span>
      <span role="gridcell" class="c-latency r">
        {props.node.latencyMs === undefined ? '' : durationText(props.node.latencyMs)}
      </span>
      <span role="gridcell" class="c-uptime r">
        {percentText(props.node.uptime)}
      </span>
      <span role="gridcell" class="c-blocks">
        <DelayBars delays={props.node.recentDelays} height={14} />
      </span>
    </>
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
