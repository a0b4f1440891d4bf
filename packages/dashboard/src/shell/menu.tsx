import { createSignal, type JSX, Show } from 'solid-js'

/** A button with a menu below it that closes when the focus leaves it, or with Esc. */
export function Menu(props: {
  id: string
  label: string
  class: string
  title: JSX.Element
  /** The side of the button that the menu begins at. */
  side?: 'left' | 'right'
  children: JSX.Element
}): JSX.Element {
  const [isOpen, setOpen] = createSignal(false)
  let root!: HTMLSpanElement
  const onFocusOut = (event: FocusEvent) => {
    if (!(event.relatedTarget instanceof Node && root.contains(event.relatedTarget))) setOpen(false)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !isOpen()) return
    event.preventDefault()
    setOpen(false)
    root.querySelector('button')?.focus()
  }
  return (
    <span class="with-menu" ref={root} onFocusOut={onFocusOut} onKeyDown={onKeyDown}>
      <button
        type="button"
        class={props.class}
        aria-expanded={isOpen()}
        aria-controls={props.id}
        onClick={() => setOpen(!isOpen())}
      >
        {props.title}
      </button>
      <Show when={isOpen()}>
        <div
          class="menu"
          classList={{ right: props.side === 'right' }}
          id={props.id}
          role="group"
          aria-label={props.label}
          tabindex="-1"
        >
          {props.children}
        </div>
      </Show>
    </span>
  )
}
