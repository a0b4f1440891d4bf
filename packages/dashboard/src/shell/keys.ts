import { onCleanup } from 'solid-js'
import { lettersFind } from './letters.ts'
import type { Page } from './page.ts'
import { screens } from './screens.ts'

/** Keys that work wherever the focus is; the list has its own. */
export function listenToKeys(page: Page, onHelp: () => void): void {
  const onKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || document.querySelector('dialog[open]') !== null)
      return
    if (event.altKey ? pressedWithAlt(page, event.key) : pressed(page, event, onHelp)) event.preventDefault()
  }
  addEventListener('keydown', onKey)
  onCleanup(() => removeEventListener('keydown', onKey))
}

/** Whether the key meant something. */
function pressed(page: Page, event: KeyboardEvent, onHelp: () => void): boolean {
  if (event.key === 'Escape') return stepBack(page)
  if (event.target instanceof Element && event.target.closest('input, select, textarea, [contenteditable]') !== null)
    return false
  if (event.key === '?') {
    onHelp()
    return true
  }
  if (event.key === '/') return focusFind(page)
  // A letter is typed into the field it focuses, so it is not prevented here.
  if (lettersFind() && /^[\p{L}\p{N}]$/u.test(event.key)) focusFind(page)
  return false
}

/** Esc: first what was typed, then the panel. */
function stepBack(page: Page): boolean {
  const { node, filter } = page.bar.address()
  if (filter.text !== undefined) {
    const { text: _text, ...rest } = filter
    page.bar.go({ filter: rest }, 'replace')
    return true
  }
  if (node === undefined) return false
  page.bar.go({ node: undefined })
  return true
}

function pressedWithAlt(page: Page, key: string): boolean {
  const screen = screens[Number(key) - 1]
  if (screen !== undefined) {
    page.bar.go({ screen: screen.screen })
    return true
  }
  const step = { ArrowLeft: -1, ArrowRight: 1 }[key]
  const ids = page.networks()?.map(({ network }) => network) ?? []
  if (step === undefined || ids.length < 2) return false
  const index = ids.indexOf(page.network() ?? '')
  page.bar.go({ network: ids[(index + step + ids.length) % ids.length], node: undefined })
  return true
}

/** A screen without the field gives way to the one that has it. */
function focusFind(page: Page): boolean {
  if (document.querySelector('#find') === null) page.bar.go({ screen: 'nodes' })
  const field = document.querySelector<HTMLInputElement>('#find')
  field?.focus()
  return field !== null
}
