import { type JSX, Show } from 'solid-js'
import type { WireField } from '../feed/wire.ts'
import { blockTail, durationText, percentText } from '../format/numbers.ts'
import { sweepAt } from './sweep.ts'

/** How far the newest block has come: as the wave runs, and then what came of it. Nothing of it is announced. */
export function SweepLine(props: {
  field: WireField
  /** Where the wave is, in milliseconds of the network; undefined while none runs. */
  reachedMs: number | undefined
  slower: number
  per: number
}): JSX.Element {
  const words = () => {
    const { field, reachedMs, slower } = props
    return reachedMs === undefined ? reachedWords(field) : runningWords(field, reachedMs, slower)
  }
  return (
    <span class="sweep">
      <Show when={props.field.head} fallback="no block yet">
        {(head) => (
          <>
            <b>{blockTail(head().number)}</b>
            {words()}
          </>
        )}
      </Show>
      <Show when={props.per > 1}>{`, 1 dot = ${props.per} nodes`}</Show>
    </span>
  )
}

function runningWords(field: WireField, reachedMs: number, slower: number): string {
  const speed = slower === 1 ? '' : `, 1/${slower} speed`
  return ` at ${Math.round(reachedMs / 10) * 10} ms: ${percentText(sweepAt(field, reachedMs).share, 0)}${speed}`
}

function reachedWords(field: WireField): string {
  const { share, lastMs } = sweepAt(field, Number.POSITIVE_INFINITY)
  const after = lastMs === undefined ? '' : ` in ${durationText(lastMs)}`
  return ` reached ${percentText(share)}${after}`
}
