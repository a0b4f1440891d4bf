import { createSignal, For, type JSX, onCleanup, Show } from 'solid-js'

/** Grey bars where text will be, once waiting is long enough to notice. */
export function LoadingRows(): JSX.Element {
  const [isLate, setLate] = createSignal(false)
  const timer = setTimeout(() => setLate(true), 200)
  onCleanup(() => clearTimeout(timer))
  return (
    <Show when={isLate()}>
      <div class="loading" aria-hidden="true">
        <For each={Array.from({ length: 12 }, (_, row) => row)}>
          {(row) => <span style={{ '--w': `${40 + ((row * 37) % 50)}%` }} />}
        </For>
      </div>
    </Show>
  )
}
