import { For, type JSX, Show } from 'solid-js'
import type { WireNode } from '../feed/wire.ts'
import { ageText } from '../format/ages.ts'
import { countryName } from '../format/country-name.ts'
import { countText, durationText, gweiText, percentText } from '../format/numbers.ts'
import { shortHash } from '../format/short-hash.ts'
import { visibleText } from '../format/visible-text.ts'
import { usePage } from '../shell/page.ts'

/** Who the node is. Only what is known has a line. */
export function Identity(props: { node: WireNode }): JSX.Element {
  const page = usePage()
  return (
    <section class="sec" aria-label="Identity">
      <dl class="id">
        <Show when={props.node.client}>
          {(client) => (
            <>
              <dt>Client</dt>
              <dd class="long" title={visibleText(client())}>
                <bdi>{visibleText(client())}</bdi>
              </dd>
            </>
          )}
        </Show>
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
        <For each={linesOf(props.node, page.feed.now())}>
          {([term, text]) => (
            <>
              <dt>{term}</dt>
              <dd title={visibleText(text)}>
                <bdi>{visibleText(text)}</bdi>
              </dd>
            </>
          )}
        </For>
      </dl>
    </section>
  )
}

function linesOf(node: WireNode, now: number): readonly (readonly [string, string])[] {
  const { location } = node
  const where = [location?.city, location?.country === undefined ? undefined : countryName(location.country)]
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['Where', where.filter((part) => part !== undefined).join(', ') || undefined],
    ['System', node.os],
    ['Agent', node.agent],
    ['Reporter', node.reporter],
    ['Contact', node.contact],
    ['Latency', node.latencyMs === undefined ? undefined : durationText(node.latencyMs)],
    ['Gas price', node.gasPriceWei === undefined ? undefined : gweiText(node.gasPriceWei)],
    ['Uptime', `${percentText(node.uptime, 2)} of ${ageText(now - node.firstSeenAt)}`],
  ]
  return lines.filter((line): line is readonly [string, string] => line[1] !== undefined && line[1] !== '')
}
