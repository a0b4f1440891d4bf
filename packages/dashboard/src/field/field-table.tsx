import { For, type JSX } from 'solid-js'
import type { WireField } from '../feed/wire.ts'
import { countText } from '../format/numbers.ts'
import { activities } from '../shell/address.ts'
import { activityLook } from '../shell/glyph.tsx'
import { groupingTitles, groupTitle } from './group-words.ts'

/** What the dots show, as a table. */
export function FieldTable(props: { field: WireField }): JSX.Element {
  return (
    <div class="field-table" tabindex="0" role="region" aria-label="Nodes by group, as text">
      <table>
        <thead>
          <tr>
            <th scope="col">{groupingTitles[props.field.by]}</th>
            <th scope="col">nodes</th>
            <For each={activities}>{(activity) => <th scope="col">{activityLook[activity][1]}</th>}</For>
          </tr>
        </thead>
        <tbody>
          <For each={props.field.groups}>
            {(group) => (
              <tr>
                <th scope="row">{groupTitle(group, props.field.by, 'long')}</th>
                <td>{countText(group.nodes)}</td>
                <For each={activities}>
                  {(activity) => (
                    <td classList={{ [activityLook[activity][2]]: group.byActivity[activity] > 0 }}>
                      {countText(group.byActivity[activity])}
                    </td>
                  )}
                </For>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </div>
  )
}
