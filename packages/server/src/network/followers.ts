import type { NetworkChange } from '@headwatch/protocol'

type OnChange = (change: NetworkChange) => void

/** Those who are told what changes. One that throws is let go, and the others hear on. */
export class Followers {
  readonly #followers = new Set<OnChange>()
  readonly #onFault: (error: unknown) => void

  constructor(onFault: (error: unknown) => void) {
    this.#onFault = onFault
  }

  get isEmpty(): boolean {
    return this.#followers.size === 0
  }

  add(onChange: OnChange, signal: AbortSignal): void {
    if (signal.aborted) return
    this.#followers.add(onChange)
    signal.addEventListener('abort', () => this.#followers.delete(onChange), { once: true })
  }

  tell(change: NetworkChange): void {
    for (const onChange of [...this.#followers]) {
      try {
        onChange(change)
      } catch (error) {
        this.#followers.delete(onChange)
        this.#onFault(error)
      }
    }
  }
}
