import type { FieldGroup, FieldGrouping } from '@headwatch/protocol/reporting'
import { type JSX, Show } from 'solid-js'
import { countText } from '../format/numbers.ts'
import { Glyph } from '../shell/glyph.tsx'
import { usePage } from '../shell/page.ts'
import { groupFilter, groupTitle } from './group-words.ts'
import type { PlacedGroup } from './shelves.ts'

/** A group's name and counts above its dots; it leads to its nodes wherever a filter finds them. */
export function GroupLabel(props: {
  group: FieldGroup
  by: FieldGrouping
  length: 'long' | 'short'
  place: PlacedGroup
  scale: number
}): JSX.Element {
  const page = usePage()
  const silent = () => props.group.byActivity.silent
  const others = () => props.group.byActivity.other_head
  const tellsStates = () => props.by === 'country' || props.by === 'client'
  const title = (length: 'long' | 'short') => groupTitle(props.group, props.by, length)
  const style = () => ({
    left: `${props.place.xPx / props.scale}px`,
    top: `${props.place.yPx / props.scale}px`,
    'max-width': `${props.place.roomPx / props.scale}px`,
  })
  const inside = (
    <>
      <b>{title(props.length)}</b>
      <Show when={title(props.length) !== title('long')}>
        <span class="vh">{title('long')}</span>
      </Show>
      <span>
        {countText(props.group.nodes)}
        <span class="vh">{props.group.nodes === 1 ? ' node' : ' nodes'}</span>
      </span>
      <Show when={tellsStates() && silent() > 0}>
        <em class={silent() > props.group.unclear ? 'sev-critical' : 'dim'}>
          <Glyph name={silent() > props.group.unclear ? 'nodeDown' : 'notKnown'} />
          {countText(silent())}
          <span class="vh"> silent</span>
        </em>
      </Show>
      <Show when={tellsStates() && others() > 0}>
        <em class="sev-major">
          <Glyph name="otherHead" />
          {countText(others())}
          <span class="vh"> on another head</span>
        </em>
      </Show>
    </>
  )
  return (
    <Show
      when={groupFilter(props.group, props.by)}
      fallback={
        <span class="gl" style={style()} title={title('long')}>
          {inside}
        </span>
      }
    >
      {(filter) => (
        <a
          class="gl"
          style={style()}
          title={title('long')}
          href={page.bar.href({ screen: 'nodes', filter: { ...page.bar.address().filter, ...filter() } })}
        >
          {inside}
        </a>
      )}
    </Show>
  )
}
