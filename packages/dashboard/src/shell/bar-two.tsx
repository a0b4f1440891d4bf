import { createMemo, For, type JSX, Show } from 'solid-js'
import { timeOfDay, wholeAgeText } from '../format/ages.ts'
import { countOf, countText } from '../format/numbers.ts'
import { visibleText } from '../format/visible-text.ts'
import { Glyph } from './glyph.tsx'
import { Outside } from './outside.tsx'
import { usePage } from './page.ts'
import { screens } from './screens.ts'

/** Which screen, how complete what it shows is, and the state of the feed. */
export function BarTwo(): JSX.Element {
  const page = usePage()
  const current = (screen: string) => (page.bar.address().screen === screen ? 'page' : undefined)
  return (
    <div class="bar2">
      <nav class="nav" aria-label="Screens">
        <For each={screens}>
          {({ screen, label }) => (
            <a href={page.bar.href({ screen })} aria-current={current(screen)}>
              {label}
            </a>
          )}
        </For>
      </nav>
      <span class="sp" />
      <Show when={page.feed.connection().kind !== 'lost' && page.problems()[0]} fallback={<Banner />}>
        {(first) => <Trouble first={first()} more={page.problems().length - 1} />}
      </Show>
      <Stamp />
      <span class="clock faint n">{timeOfDay(page.feed.now())} UTC</span>
      <FeedState />
    </div>
  )
}

function Stamp(): JSX.Element {
  const page = usePage()
  const share = () => {
    const stamp = page.feed.completeness(page.network())
    return stamp === undefined || stamp.known === 0 ? 0 : stamp.reported / stamp.known
  }
  return (
    <Show when={page.feed.completeness(page.network())}>
      {(stamp) => (
        <span
          class="stamp"
          classList={{ 'sev-minor': stamp().known > 0 && share() < 0.95 }}
          title="How complete this view is"
        >
          <i style={{ '--v': `${share() * 100}%` }} />
          {`${countText(stamp().reported)} of ${countText(stamp().known)} reported, ${countText(stamp().dropped)} dropped`}
          <Show when={stamp().missing > 0}>{`, ${countText(stamp().missing)} never came`}</Show>
          <Show when={stamp().reported > 0}>{`, oldest ${wholeAgeText(stamp().oldestMs)}`}</Show>
        </span>
      )}
    </Show>
  )
}

/** Since when nothing comes, and when the next try is. What is on the page stays, with its time. */
function Banner(): JSX.Element {
  const page = usePage()
  const lost = createMemo(() => {
    const state = page.feed.connection()
    return state.kind === 'lost' ? state : undefined
  })
  const here = () => {
    page.feed.now()
    return Date.now()
  }
  return (
    <Show when={lost()}>
      {(state) => (
        <div class="banner">
          <Glyph name="major" class="sev-major" />
          <span>
            <Show when={state().everOpen} fallback="The server cannot be reached.">
              {`Connection lost ${wholeAgeText(here() - state().since)} ago.`}
              <Show when={page.feed.dataAt()}>{(at) => <>{` All below is as of ${timeOfDay(at())} UTC.`}</>}</Show>
            </Show>
            <span class="more">{` Next try ${untilText(state().nextTryAt - here())}.`}</span>
          </span>
          <button type="button" class="btn" onClick={() => page.feed.tryNow()}>
            Try now
          </button>
        </div>
      )}
    </Show>
  )
}

/** What of the server itself does not work. What is shown is live all the same, as far as it says. */
function Trouble(props: { first: string; more: number }): JSX.Element {
  return (
    <div class="banner trouble" role="status">
      <Glyph name="major" class="sev-major" />
      <span title={visibleText(props.first)}>
        The server says: <Outside text={props.first} />
        {props.more > 0 ? `, and ${countOf(props.more, 'more problem')}: see /readyz` : ''}
      </span>
    </div>
  )
}

function FeedState(): JSX.Element {
  const page = usePage()
  const words = () => {
    const state = page.feed.connection()
    if (state.kind === 'connecting') return 'Connecting'
    if (state.kind === 'lost') return 'Reconnecting'
    const pace = page.feed.pace()
    if (pace === undefined || pace.reason === 'normal') return 'Live'
    const why = pace.reason === 'viewer_behind' ? 'this page falls behind' : 'the server is busy'
    return `Live, updates thinned to ${rateText(pace.everyMs)}: ${why}`
  }
  return (
    <span class="live" role="status">
      {words()}
    </span>
  )
}

function untilText(ms: number): string {
  return ms < 500 ? 'now' : `in ${wholeAgeText(ms)}`
}

function rateText(everyMs: number): string {
  return everyMs > 1000 ? `one each ${Math.round(everyMs / 1000)} s` : `${Math.round(1000 / everyMs)}/s`
}
