import { fieldGroupings, type ViewQuestion } from '@headwatch/protocol/reporting'
import { createEffect, createMemo, createSignal, For, type JSX, Show } from 'solid-js'
import type { WireField } from '../feed/wire.ts'
import { filterWords } from '../nodes/filter-words.ts'
import { type Page, usePage } from '../shell/page.ts'
import type { FieldCanvas } from './field-canvas.ts'
import { FieldStage } from './field-stage.tsx'
import { FieldTable } from './field-table.tsx'
import { groupingTitles } from './group-words.ts'
import { SweepLine } from './sweep-line.tsx'

type Group = WireField['groups'][number]

/** What the colours say, from the right; what no node is has no place, and where room is short the left end goes. */
const legend: readonly (readonly [words: string, dot: string, count: (group: Group) => number])[] = [
  ['silent', 'silent', ({ byActivity, unclear }) => byActivity.silent - unclear],
  ['unexplained', 'unclear', ({ unclear }) => unclear],
  ['other head', 'other', ({ byActivity }) => byActivity.other_head],
  ['syncing', 'syncing', ({ byActivity }) => byActivity.syncing],
  ['behind', 'behind', ({ byActivity }) => byActivity.behind],
  ['unknown', 'unknown', ({ byActivity }) => byActivity.unknown],
  ['not yet', 'off', () => 1],
  ['has it', 'on', () => 1],
  ['just now', 'flash', () => 1],
]

/** All nodes at once, one dot each, and the newest block on its way through them. */
export function NodeField(): JSX.Element {
  const page = usePage()
  const { by, field } = createField(page)
  const [drawn, setDrawn] = createSignal<FieldCanvas>()
  const [isText, setText] = createSignal(false)
  return (
    <section class="field" aria-labelledby="field-title">
      <div class="fh">
        <h2 id="field-title">Nodes by</h2>
        <div class="seg" role="group" aria-label="Group nodes by">
          <For each={fieldGroupings}>
            {(one) => (
              <button type="button" aria-pressed={by() === one} onClick={() => page.bar.go({ by: one }, 'replace')}>
                {groupingTitles[one]}
              </button>
            )}
          </For>
        </div>
        <Show when={field()}>
          {(known) => (
            <SweepLine
              field={known()}
              reachedMs={isText() ? undefined : drawn()?.reached()}
              slower={drawn()?.wave()?.slower ?? 1}
              per={isText() ? 1 : (drawn()?.scene()?.per ?? 1)}
            />
          )}
        </Show>
        <span class="sp" />
        <div class="legend" aria-hidden="true" hidden={isText()}>
          <For each={legend.filter(([, , count]) => field()?.groups.some((group) => count(group) > 0))}>
            {([words, dot]) => (
              <span>
                <i class={`dot-${dot}`} />
                {words}
              </span>
            )}
          </For>
        </div>
        <button type="button" class="btn quiet" aria-pressed={isText()} onClick={() => setText(!isText())}>
          As text
        </button>
      </div>
      <Show when={field()} fallback={<p class="dim">Asking for the nodes</p>}>
        {(known) => (
          <Show when={known().nodes > 0} fallback={<NothingMatches />}>
            <Show when={isText()} fallback={<FieldStage field={known()} onDrawn={setDrawn} />}>
              <FieldTable field={known()} />
            </Show>
          </Show>
        )}
      </Show>
    </section>
  )
}

function NothingMatches(): JSX.Element {
  const page = usePage()
  const words = () =>
    filterWords(page.bar.address().filter)
      .map((one) => one.words)
      .join(' and whose ')
  return (
    <p class="dim">
      {`None of the nodes is one whose ${words()}. `}
      <a href={page.bar.href({ filter: {} })}>Remove the filter</a>
    </p>
  )
}

/** The field as the server counts it. Where no node says its country, clients tell more, unless somebody chose. */
function createField(page: Page) {
  const [placeless, setPlaceless] = createSignal<string>()
  const by = () => page.bar.address().by ?? (placeless() === page.network() ? 'client' : 'country')
  const question = createMemo(
    (): ViewQuestion | undefined => {
      const network = page.network()
      const groups = page.isPhone() ? 8 : 16
      return network === undefined
        ? undefined
        : { of: 'field', network, by: by(), filter: page.bar.address().filter, groups }
    },
    undefined,
    { equals: (one, other) => JSON.stringify(one) === JSON.stringify(other) },
  )
  const view = page.feed.view(question)
  const field = createMemo(() => {
    const content = view.content()
    return content?.kind === 'value' && content.value !== null ? (content.value as unknown as WireField) : undefined
  })
  createEffect(() => {
    const known = field()
    const hasPlaces = known?.groups.some(({ key }) => key !== undefined) ?? true
    if (known?.by === 'country' && known.nodes > 0 && !hasPlaces) setPlaceless(page.network())
  })
  return { by, field }
}
