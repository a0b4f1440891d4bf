import { type Accessor, createMemo, createSignal } from 'solid-js'

/** Nodes the viewer keeps on top, by network, in this browser. */
export interface Pins {
  /** Of the network on show, in the order they were pinned. */
  readonly pinned: Accessor<readonly string[]>
  isPinned(node: string): boolean
  /** Pins or unpins. The ninth pin lets the oldest go. */
  toggle(node: string): void
}

const storageKey = 'headwatch.pins'
const mostPins = 8

export function createPins(network: Accessor<string | undefined>): Pins {
  const [all, setAll] = createSignal(readPins())
  const pinned = createMemo(() => all()[network() ?? ''] ?? [])
  const isPinned = (node: string) => pinned().includes(node)
  const toggle = (node: string) => {
    const id = network()
    if (id === undefined) return
    const next = isPinned(node) ? pinned().filter((one) => one !== node) : [...pinned(), node].slice(-mostPins)
    setAll({ ...all(), [id]: next })
    try {
      localStorage.setItem(storageKey, JSON.stringify(all()))
    } catch {
      // A browser that stores nothing keeps the pins as long as the page.
    }
  }
  return { pinned, isPinned, toggle }
}

function readPins(): Readonly<Record<string, readonly string[]>> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '{}')
    if (typeof stored !== 'object' || stored === null) return {}
    const entries = Object.entries(stored).filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]))
    return Object.fromEntries(
      entries.map(([network, nodes]) => [network, nodes.filter((node) => typeof node === 'string').slice(0, mostPins)]),
    )
  } catch {
    return {}
  }
}
