import type { NodeFilter, ViewQuestion } from '@headwatch/protocol/reporting'
import { type Accessor, createEffect, createMemo, createSignal, type JSX, on, onCleanup, Show } from 'solid-js'
import type { WireField, WireNode } from '../feed/wire.ts'
import { clientName } from '@headwatch/protocol/reporting'
import { durationText } from '../format/numbers.ts'
import { StateTag } from '../nodes/state-tag.tsx'
import { Outside } from '../shell/outside.tsx'
import { type Page, usePage } from '../shell/page.ts'
import { activityOf } from './dots.ts'
import { groupFilter, groupTitle } from './group-words.ts'
import type { DotAt } from './scene.ts'

/** A dot under the pointer, and where the pointer is, in CSS pixels of the stage. */
export interface PointedDot {
  readonly dot: DotAt
  readonly xPx: number
  readonly yPx: number
}

/** The pointer rests so long on a dot before the server is asked for its name. */
const restMs = 80

/** The node behind the dot that is pointed at: the server knows which it is, by its place among its like. */
export function createPointedNode(
  page: Page,
  field: Accessor<WireField>,
  pointed: Accessor<PointedDot | undefined>,
): Accessor<WireNode | undefined> {
  const [question, setQuestion] = createSignal<ViewQuestion>()
  const wanted = createMemo(() => questionOf(page, field(), pointed()?.dot), undefined, {
    equals: (one, other) => JSON.stringify(one) === JSON.stringify(other),
  })
  createEffect(
    on(wanted, (next) => {
      setQuestion(undefined)
      if (next === undefined) return
      const timer = setTimeout(() => setQuestion(next), restMs)
      onCleanup(() => clearTimeout(timer))
    }),
  )
  const view = page.feed.view(question)
  return createMemo(() => {
    const content = view.content()
    if (!view.isCurrent() || content?.kind !== 'rows') return undefined
    return content.rows[0]?.value as unknown as WireNode | undefined
  })
}

function questionOf(page: Page, field: WireField, dot: DotAt | undefined): ViewQuestion | undefined {
  const network = page.network()
  const filter = dot && dotFilter(page.bar.address().filter, field, dot)
  if (network === undefined || dot === undefined || filter === undefined) return undefined
  const by = activityOf[dot.kind] === 'in_sync' ? 'propagation' : 'name'
  return { of: 'nodes', network, filter, sort: { by, direction: 'ascending' }, window: { offset: dot.place, count: 1 } }
}

/** What finds the nodes that a dot is one of; undefined where no filter can. */
export function dotFilter(filter: NodeFilter, { by, groups }: WireField, dot: DotAt): NodeFilter | undefined {
  const group = groups[dot.group]
  const ofGroup = groups.length === 1 ? {} : group && groupFilter(group, by)
  return ofGroup && { ...filter, ...ofGroup, activity: [activityOf[dot.kind]] }
}

const kindWords: Readonly<Record<DotAt['kind'], string>> = {
  taken: 'has the head',
  untimed: 'has the head, not known since when',
  waiting: 'has not the head yet',
  unknown: 'not known yet',
  syncing: 'syncing',
  behind: 'behind',
  other_head: 'on another head',
  unclear: 'silent, not known why',
  silent: 'silent',
}

/** Names the dot under the pointer: at once what it says, and as soon as the server has answered whose it is. */
export function FieldTip(props: {
  field: WireField
  pointed: PointedDot
  node: WireNode | undefined
  roomPx: number
}): JSX.Element {
  const page = usePage()
  const group = () => props.field.groups[props.pointed.dot.group]
  const delay = () => (props.pointed.dot.kind === 'taken' ? `, +${durationText(props.pointed.dot.delayMs)}` : '')
  return (
    <div
      class="tip"
      style={{
        left: `${Math.max(0, Math.min(props.pointed.xPx + 12, props.roomPx - 280))}px`,
        top: `${props.pointed.yPx + 14}px`,
      }}
    >
      <Show
        when={props.node}
        fallback={
          <>
            {kindWords[props.pointed.dot.kind]}
            {delay()}{' '}
            <span class="dim">
              <Show when={group()}>{(known) => groupTitle(known(), props.field.by, 'long')}</Show>
            </span>
          </>
        }
      >
        {(node) => (
          <>
            <StateTag node={node()} /> <Outside text={node().node} />{' '}
            <span class="dim">
              <Outside text={clientName(node().client ?? '')} />
              {node().activity === 'in_sync' && node().head?.propagationMs !== undefined
                ? `, +${durationText(node().head?.propagationMs ?? 0)}`
                : ''}
              {page.feed.connection().kind === 'lost' ? ', as last known' : ''}
            </span>
          </>
        )}
      </Show>
    </div>
  )
}
