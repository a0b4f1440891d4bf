import { type JSX, Show } from 'solid-js'
import { ageText } from '../format/ages.ts'
import { countText, durationText, percentText } from '../format/numbers.ts'
import { percentileOf } from '../format/percentile.ts'
import { stalenessOf } from '../format/staleness.ts'
import { Outside } from '../shell/outside.tsx'
import { usePage } from '../shell/page.ts'
import { Fact } from './fact.tsx'

/** The six numerals: head, block time, in sync, propagation, silent, nodes. */
export function Facts(): JSX.Element {
  return (
    <section class="facts" aria-label="Now">
      <Head />
      <BlockTime />
      <InSync />
      <PropagationP95 />
      <Silent />
      <Nodes />
    </section>
  )
}

function Head(): JSX.Element {
  const page = usePage()
  const head = () => page.summary()?.head
  const ageMs = () => page.feed.now() - (head()?.firstSeenAt ?? 0)
  const blockTimeS = () => page.summary()?.blockTimeS
  const tone = () => stalenessOf(ageMs(), blockTimeS() === undefined ? undefined : (blockTimeS() ?? 0) * 1000)
  const heldBy = () => {
    const summary = page.summary()
    const active = summary === undefined ? 0 : summary.nodes - summary.byActivity.silent
    return active <= 0 ? undefined : Math.min(1, (summary?.head?.nodes ?? 0) / active)
  }
  return (
    <Fact
      label="Head"
      standsOn="reports"
      sign="#"
      numeral={head() && countText(head()?.block.number ?? '')}
      waiting="no block yet"
    >
      <b class={tone() === 'fresh' ? '' : `sev-${tone()}`}>{ageText(ageMs())} ago</b>
      <Show when={head()?.firstSeenBy}>
        {(node) => (
          <>
            {' by '}
            <Outside text={node()} />
          </>
        )}
      </Show>
      <Show when={heldBy()}>{(share) => <>{`, held by ${percentText(share())}`}</>}</Show>
    </Fact>
  )
}

function BlockTime(): JSX.Element {
  const page = usePage()
  const seconds = () => page.summary()?.blockTimeS
  return (
    <Fact label="Block time" standsOn="reports" numeral={seconds()?.toFixed(2)} unit="s" waiting="no two blocks yet">
      mean of the last 100 blocks
    </Fact>
  )
}

function InSync(): JSX.Element {
  const page = usePage()
  const by = () => page.summary()?.byActivity
  return (
    <Fact
      label="In sync"
      standsOn="reports"
      numeral={someNodes() && countText(by()?.in_sync ?? 0)}
      unit={by()?.in_sync === 1 ? 'node' : 'nodes'}
      waiting="no node yet"
    >
      <b>{countText(by()?.behind ?? 0)}</b> behind, <b>{countText(by()?.syncing ?? 0)}</b> syncing
      <Show when={(by()?.other_head ?? 0) > 0}>
        , <b class="sev-major">{countText(by()?.other_head ?? 0)}</b> on another head
      </Show>
    </Fact>
  )
}

function PropagationP95(): JSX.Element {
  const page = usePage()
  const p95 = () => percentileOf(page.summary()?.propagation ?? [], 0.95)
  const [numeral, unit] = [
    () => durationText(p95()?.ms ?? 0).split(' ')[0],
    () => durationText(p95()?.ms ?? 0).split(' ')[1] ?? '',
  ]
  const counted = () => page.summary()?.propagation.reduce((sum, { count }) => sum + count, 0) ?? 0
  return (
    <Fact
      label="Propagation, p95"
      standsOn="reports"
      sign={p95()?.reads === 'atLeast' ? '≥' : undefined}
      numeral={p95() && numeral()}
      unit={unit()}
      more={`±${Math.round(page.summary()?.clockErrorMs ?? 0)}`}
      waiting="needs two nodes that push their heads"
    >
      <b>{countText(counted())}</b> reports, ± clock error
    </Fact>
  )
}

function Silent(): JSX.Element {
  const page = usePage()
  const silent = () => page.summary()?.byActivity.silent ?? 0
  const by = () => page.summary()?.silentBy
  return (
    <Fact
      label="Silent"
      standsOn="all_known"
      numeral={someNodes() && countText(silent())}
      unit={silent() === 1 ? 'node' : 'nodes'}
      waiting="no node yet"
    >
      <Show when={silent() > 0} fallback="every node is heard">
        <b>{countText(by()?.path ?? 0)}</b> path, <b>{countText(by()?.node ?? 0)}</b> node,{' '}
        <b>{countText(by()?.agent ?? 0)}</b> agent
        <Show when={(by()?.unclear ?? 0) > 0}>
          , <b>{countText(by()?.unclear ?? 0)}</b> unclear
        </Show>
      </Show>
    </Fact>
  )
}

function Nodes(): JSX.Element {
  const page = usePage()
  const unknown = () => page.summary()?.byActivity.unknown ?? 0
  return (
    <Fact label="Nodes" standsOn="all_known" numeral={someNodes()} unit="known" waiting="none has reported">
      <Show when={unknown() > 0} fallback="all have said what they do">
        <b>{countText(unknown())}</b> have not said enough yet
      </Show>
    </Fact>
  )
}

/** How many nodes there are, once there are any. */
function someNodes(): string | undefined {
  const nodes = usePage().summary()?.nodes
  return nodes === undefined || nodes === 0 ? undefined : countText(nodes)
}
