import { createMemo, For, type JSX, Show } from 'solid-js'
import { Histogram } from '../charts/histogram.tsx'
import { shownBuckets } from '../charts/shown-buckets.ts'
import { countText, durationText, percentText } from '../format/numbers.ts'
import { percentileOf } from '../format/percentile.ts'
import { usePage } from '../shell/page.ts'

const shares: readonly (readonly [string, number])[] = [
  ['p50', 0.5],
  ['p90', 0.9],
  ['p95', 0.95],
  ['p99', 0.99],
]

/** How late nodes took the last blocks. */
export function Propagation(): JSX.Element {
  const page = usePage()
  const buckets = () => page.summary()?.propagation ?? []
  const counted = createMemo(() => buckets().reduce((sum, { count }) => sum + count, 0))
  const beyond = () => {
    const last = shownBuckets(buckets()).at(-1)
    if (last === undefined) return ''
    return `, ${last.count === 0 ? 'none' : percentText(last.count / counted())} beyond ${durationText(last.fromMs)}`
  }
  return (
    <section class="sec hist">
      <div class="sech">
        <h2>Block propagation</h2>
        <Show when={counted() > 0}>
          <span class="note">last 100 blocks{beyond()}</span>
        </Show>
      </div>
      <Show
        when={counted() > 0}
        fallback={<p class="dim">Not known yet: it takes two nodes that push their new heads to compare them.</p>}
      >
        <Histogram buckets={buckets()} clockErrorMs={page.summary()?.clockErrorMs ?? 0} />
        <div class="pct">
          <For each={shares}>{([label, share]) => <Percentile label={label} share={share} />}</For>
        </div>
        <p class="vh">{`${countText(counted())} reports.`}</p>
      </Show>
    </section>
  )
}

function Percentile(props: { label: string; share: number }): JSX.Element {
  const page = usePage()
  const value = () => percentileOf(page.summary()?.propagation ?? [], props.share)
  const parts = () => durationText(value()?.ms ?? 0).split(' ')
  return (
    <div>
      <div class="k">{props.label}</div>
      <div class="v">
        {value()?.reads === 'atLeast' ? '≥' : ''}
        {parts()[0]}
        <small>{parts()[1]}</small>
      </div>
    </div>
  )
}
