import { type JSX, Show } from 'solid-js'
import { countText } from '../format/numbers.ts'
import { Glyph } from '../shell/glyph.tsx'
import { usePage } from '../shell/page.ts'
import { titleOf } from './columns.ts'
import type { HeldList } from './held-list.ts'

/** How many match among how many, how they are sorted, and whether the order is held. */
export function WhereLine(props: { held: HeldList }): JSX.Element {
  const page = usePage()
  const total = () => props.held.content()?.total
  const known = () => props.held.content()?.known ?? 0
  const order = () => {
    const { by, direction } = page.bar.address().sort
    return by === 'propagation' && direction === 'ascending' ? 'fresh first' : `by ${titleOf(by)}, ${direction}`
  }
  return (
    <div class="where">
      <Show when={total() !== undefined} fallback={<span class="faint">Asking for the nodes</span>}>
        <span>
          <Show when={props.held.sight()}>
            {(sight) => (
              <span class="opt">{`Rows ${countText(sight().first + 1)} to ${countText(sight().last + 1)} of `}</span>
            )}
          </Show>
          <b>{countText(total() ?? 0)}</b>
          <Show when={total() === known()} fallback={` that match, of ${countText(known())}`}>
            {total() === 1 ? ' node' : ' nodes'}
          </Show>
        </span>
        <span class="opt">{order()}</span>
      </Show>
      <span class="sp" />
      <Show when={props.held.isHeld() && props.held.moves() > 0}>
        <span class="calm opt">
          <Glyph name="paused" />
          <span>
            order held, <b>{`${props.held.moves()} ${props.held.moves() === 1 ? 'move' : 'moves'}`}</b> waiting
          </span>
        </span>
      </Show>
    </div>
  )
}
