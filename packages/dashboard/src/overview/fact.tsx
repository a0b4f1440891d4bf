import { type JSX, Show } from 'solid-js'
import { countText } from '../format/numbers.ts'
import { usePage } from '../shell/page.ts'

interface FactProps {
  readonly label: string
  readonly sign?: string | undefined
  /** Absent while it is not known: shown as a dash, never as 0. */
  readonly numeral: string | undefined
  readonly unit?: string
  readonly more?: string
  /** Why there is no numeral, once the network is known. */
  readonly waiting: string
  /** Whether it is only as complete as the reports of the nodes. */
  readonly standsOn: 'reports' | 'all_known'
  readonly children: JSX.Element
}

/** Label, numeral, unit, and a line of what it stands on. Below 95 % complete the line says what is missing. */
export function Fact(props: FactProps): JSX.Element {
  const page = usePage()
  const missing = () => {
    const stamp = page.feed.completeness(page.network())
    return props.standsOn === 'reports' && stamp !== undefined && stamp.known > 0 && stamp.reported / stamp.known < 0.95
      ? `${countText(stamp.known - stamp.reported)} of ${countText(stamp.known)} nodes not heard`
      : undefined
  }
  return (
    <div class="fact">
      <div class="k">{props.label}</div>
      <Show
        when={props.numeral}
        fallback={
          <>
            <div class="v faint">–</div>
            <div class="a">{page.summary() === undefined ? 'waiting for the server' : props.waiting}</div>
          </>
        }
      >
        <div class="v">
          <Show when={props.sign}>
            <span class="faint sign">{props.sign}</span>
          </Show>
          {props.numeral}
          <Show when={props.unit}>
            <small>{props.unit}</small>
          </Show>
          <Show when={props.more}>
            <sup>{props.more}</sup>
          </Show>
        </div>
        <div class="a">
          <Show when={missing()}>{(text) => <span class="sev-minor">{text()}, </span>}</Show>
          {props.children}
        </div>
      </Show>
    </div>
  )
}
