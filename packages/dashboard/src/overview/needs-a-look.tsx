import { createMemo, For, type JSX, Show } from 'solid-js'
import type { WireAlarm } from '../feed/wire.ts'
import { ageText } from '../format/ages.ts'
import { countText } from '../format/numbers.ts'
import { visibleText } from '../format/visible-text.ts'
import { activeAlarms } from '../shell/bar-one.tsx'
import { Glyph } from '../shell/glyph.tsx'
import { Outside } from '../shell/outside.tsx'
import { usePage } from '../shell/page.ts'

/** Rows kept in the page; the count above stands for all. */
const mostRows = 50

/** What is raised, in words, worst first. */
export function NeedsALook(): JSX.Element {
  const page = usePage()
  const raised = createMemo(() =>
    activeAlarms(page.alarms()).filter(
      ({ origin }) => origin?.network === undefined || origin.network === page.network(),
    ),
  )
  const unacknowledged = () => raised().filter(({ acknowledgedBy }) => acknowledgedBy === undefined).length
  return (
    <section class="sec look" id="look" tabindex="-1" aria-labelledby="look-title">
      <div class="sech">
        <h2 id="look-title">Needs a look</h2>
        <Show when={raised().length > 0}>
          <span class="note">{`${countText(raised().length)} active, ${countText(unacknowledged())} unacknowledged`}</span>
        </Show>
      </div>
      <Show
        when={raised().length > 0}
        fallback={<p class="dim">{page.alarms() === undefined ? 'Not known yet.' : 'Nothing is raised.'}</p>}
      >
        <ul tabindex="0" aria-label="Active alarms">
          <For each={raised().slice(0, mostRows)}>{(alarm) => <AlarmRow alarm={alarm} />}</For>
        </ul>
      </Show>
    </section>
  )
}

function AlarmRow(props: { alarm: WireAlarm }): JSX.Element {
  const page = usePage()
  const node = () => props.alarm.origin?.node
  return (
    <li>
      <Glyph name={props.alarm.severity} class={`sev-${props.alarm.severity}`} />
      <span class="what" title={visibleText(props.alarm.text)}>
        <span class="vh">{props.alarm.severity}: </span>
        <Show when={node()} fallback={<Outside text={props.alarm.text} />}>
          {(name) => (
            <a href={page.bar.href({ node: name() })}>
              <Outside text={props.alarm.text} />
            </a>
          )}
        </Show>
      </span>
      <span class="age">{ageText(page.feed.now() - props.alarm.raisedAt)}</span>
      <Show when={props.alarm.repair}>
        {(repair) => (
          <p class="repair">
            <b>Next:</b> <Outside text={repair()} />
          </p>
        )}
      </Show>
      <p>
        <Outside text={props.alarm.key.resource} />
        <Show when={props.alarm.acknowledgedBy}>
          {(actor) => (
            <>
              , acknowledged by <Outside text={actor()} />
            </>
          )}
        </Show>
      </p>
    </li>
  )
}
