import { createMemo, For, type JSX, Show } from 'solid-js'
import type { WireNode } from '../feed/wire.ts'
import { ageText } from '../format/ages.ts'
import { countOf } from '../format/numbers.ts'
import { activeAlarms } from '../shell/bar-one.tsx'
import { Glyph } from '../shell/glyph.tsx'
import { Outside } from '../shell/outside.tsx'
import { usePage } from '../shell/page.ts'

/** What is raised about this node. */
export function NodeAlarms(props: { node: WireNode }): JSX.Element {
  const page = usePage()
  const raised = createMemo(() =>
    activeAlarms(page.alarms()).filter(
      ({ origin }) => origin?.node === props.node.node && (origin.network ?? props.node.network) === props.node.network,
    ),
  )
  return (
    <section class="sec">
      <div class="sech">
        <h3>Alarms</h3>
        <span class="note">{raised().length === 0 ? 'none raised' : countOf(raised().length, 'active alarm')}</span>
      </div>
      <For each={raised()}>
        {(alarm) => (
          <div class="al">
            <Glyph name={alarm.severity} class={`sev-${alarm.severity}`} />
            <span>
              <span class="vh">{alarm.severity}: </span>
              <Outside text={alarm.text} />
              <Show when={alarm.repair}>
                {(repair) => (
                  <p class="repair">
                    <b>Next:</b> <Outside text={repair()} />
                  </p>
                )}
              </Show>
            </span>
            <span class="faint n">
              raised {ageText(page.feed.now() - alarm.raisedAt)} ago
              <Show when={alarm.acknowledgedBy}>
                {(actor) => (
                  <>
                    , acknowledged by <Outside text={actor()} />
                  </>
                )}
              </Show>
            </span>
          </div>
        )}
      </For>
    </section>
  )
}
