import { For, type JSX, Show } from 'solid-js'
import type { WireNode } from '../feed/wire.ts'
import { dayAndTime } from '../format/ages.ts'
import { countryName } from '../format/country-name.ts'
import { countText, durationText, gweiText, percentText } from '../format/numbers.ts'
import { shortHash } from '../format/short-hash.ts'
import { visibleText } from '../format/visible-text.ts'

/** Who the node is. Only what is known has a line. */
export function Identity(props: { node: WireNode }): JSX.Element {
  return (
    <section class="sec" aria-label="Identity">
      <dl class="id">
        <For each={linesOf(props.node)}>
          {([term, text]) => (
            <>
              <dt>{term}</dt>
              <dd title={visibleText(text)}>
                <bdi>{visibleText(text)}</bdi>
              </dd>
            </>
          )}
        </For>
        <Show when={props.node.head}>
          {(head) => (
            <>
              <dt>Head</dt>
              <dd title={head().hash}>
                #{countText(head().number)} <span class="mono dim">{shortHash(head().hash)}</span>
              </dd>
            </>
          )}
        </Show>
      </dl>
    </section>
  )
}

function linesOf(node: WireNode): readonly (readonly [string, string])[] {
  const { location } = node
  const where = [location?.city, location?.country === undefined ? undefined : countryName(location.country)]
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['Client', node.client],
    ['Where', where.filter((part) => part !== undefined).join(', ') || undefined],
    ['System', node.os],
    ['Agent', node.agent],
    ['Reporter', node.reporter],
    ['Contact', node.contact],
    ['Latency', node.latencyMs === undefined ? undefined : durationText(node.latencyMs)],
    ['Gas price', node.gasPriceWei === undefined ? undefined : gweiText(node.gasPriceWei)],
    ['Uptime', `${percentText(node.uptime, 2)} since ${dayAndTime(node.firstSeenAt)} UTC`],
  ]
  return lines.filter((line): line is readonly [string, string] => line[1] !== undefined && line[1] !== '')
}
