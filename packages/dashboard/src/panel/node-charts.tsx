import { createEffect, createMemo, createSignal, For, type JSX, on, onCleanup, Show } from 'solid-js'
import { TimeChart } from '../charts/time-chart.tsx'
import { ageText, timeOfDay } from '../format/ages.ts'
import { countOf } from '../format/numbers.ts'
import { Outside } from '../shell/outside.tsx'
import { usePage } from '../shell/page.ts'
import { chartedNames, planCharts } from './chart-plan.ts'
import { gapWords } from './gap-words.ts'
import { fetchHistory, type History, type HistoryGap } from './history.ts'
import { type Hole, holesOf } from './holes.ts'

const hourMs = 3_600_000
/** A node heard for less than this is drawn over this much. */
const leastMs = 60_000
const mostSlots = 240
/** Fewer readings come than this apart; slots that are shorter would be empty. */
const leastSlotMs = 5_000
const refreshMs = 15_000

type Answer =
  | { readonly kind: 'asking' }
  | { readonly kind: 'here'; readonly history: History; readonly from: number; readonly to: number }
  | { readonly kind: 'failed'; readonly sentence: string }

/** The last hour, or as much as there is, of everything the node has readings of, with one shared pointer. */
export function NodeCharts(props: { network: string; node: string; firstSeenAt: number }): JSX.Element {
  const [answer, setAnswer] = createSignal<Answer>({ kind: 'asking' })
  const [pointedAt, setPointedAt] = createSignal<number>()
  keepAsking(
    () => [props.network, props.node],
    () => props.firstSeenAt,
    setAnswer,
  )
  const here = createMemo(() => {
    const now = answer()
    return now.kind === 'here' ? now : undefined
  })
  const span = () => (here()?.to ?? hourMs) - (here()?.from ?? 0)
  const slotMs = () => span() / slotsOf(span())
  const charts = createMemo(() => planCharts(here()?.history.series ?? [], slotMs()))
  const holes = createMemo(() => holesOf(charts(), slotMs(), here()?.from ?? 0, here()?.to ?? 0))
  const failed = () => {
    const now = answer()
    return now.kind === 'failed' ? now.sentence : undefined
  }
  const note = () => {
    const at = pointedAt()
    return at === undefined ? 'dotted: nothing was received' : `at ${timeOfDay(at * 1000)} UTC under the pointer`
  }
  return (
    <section class="sec">
      <div class="sech">
        <h3>{span() < hourMs ? `The ${ageText(span())} since it was first heard` : 'Last hour'}</h3>
        <Show when={charts().length > 0}>
          <span class="note">{note()}</span>
        </Show>
      </div>
      <Show when={failed()}>
        {(sentence) => (
          <p class="dim">{`The past could not be read. ${sentence()} What is live still works; tried again each 15 s.`}</p>
        )}
      </Show>
      <Show when={here() !== undefined && charts().length === 0}>
        <p class="dim">No readings of the last hour are stored.</p>
      </Show>
      <Gaps gaps={here()?.history.gaps ?? []} holes={holes()} />
      <div class="charts">
        <For each={charts().map(({ title }) => title)}>
          {(title) => (
            <TimeChart
              title={title}
              chart={charts().find((chart) => chart.title === title)}
              fromS={(here()?.from ?? 0) / 1000}
              toS={(here()?.to ?? 0) / 1000}
              holes={holes()}
              onPoint={setPointedAt}
            />
          )}
        </For>
      </div>
    </section>
  )
}

/** Gaps told one by one; the others are counted. */
const mostGaps = 3

/** What will never come, and why: a hole that these explain is not going to be filled. */
function Gaps(props: { gaps: readonly HistoryGap[]; holes: readonly Hole[] }): JSX.Element {
  const more = () => props.gaps.length - mostGaps
  return (
    <Show when={props.gaps.length > 0}>
      <ul class="gaps">
        <For each={props.gaps.slice(0, mostGaps)}>
          {(gap) => (
            <li>
              <Outside text={gapWords(gap, props.holes)} />
            </li>
          )}
        </For>
        <Show when={more() > 0}>
          <li>{`and ${countOf(more(), 'more gap')}: see /api/v1/gaps`}</li>
        </Show>
      </ul>
    </Show>
  )
}

/** Asks now and each 15 s. A failure replaces nothing that is already drawn but by its sentence. */
function keepAsking(
  of: () => readonly [string, string],
  firstSeenAt: () => number,
  setAnswer: (answer: Answer) => void,
): void {
  const page = usePage()
  createEffect(
    on(of, ([network, node]) => {
      const abort = new AbortController()
      setAnswer({ kind: 'asking' })
      const ask = async () => {
        const to = page.feed.now()
        const from = Math.max(to - hourMs, Math.min(to - leastMs, firstSeenAt()))
        const question = { network, node, names: chartedNames, from, to, points: slotsOf(to - from) }
        const answer = await fetchHistory(question, abort.signal).then(
          (history): Answer => ({ kind: 'here', history, from, to }),
          (error: unknown): Answer => ({
            kind: 'failed',
            sentence: error instanceof Error ? error.message : String(error),
          }),
        )
        if (!abort.signal.aborted) setAnswer(answer)
      }
      void ask()
      const timer = setInterval(() => void ask(), refreshMs)
      onCleanup(() => {
        clearInterval(timer)
        abort.abort()
      })
    }),
  )
}

function slotsOf(spanMs: number): number {
  return Math.max(1, Math.min(mostSlots, Math.floor(spanMs / leastSlotMs)))
}
