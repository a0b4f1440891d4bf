import { createSignal } from 'solid-js'

const storageKey = 'headwatch.letters'
const [lettersFind, setSignal] = createSignal(stored() !== 'off')

/** Whether a letter typed outside any field starts a search. Kept in this browser. */
export { lettersFind }

export function setLettersFind(on: boolean): void {
  setSignal(on)
  try {
    localStorage.setItem(storageKey, on ? 'on' : 'off')
  } catch {
    // A browser that stores nothing keeps the choice as long as the page.
  }
}

function stored(): string | null {
  try {
    return localStorage.getItem(storageKey)
  } catch {
    return null
  }
}
