/** Names in use and places taken: bounded by the connections that are open. */
export class HeldNames {
  readonly #byName = new Map<string, number>()
  readonly #byAddress = new Map<string, number>()

  countOf(name: string): number {
    return this.#byName.get(name) ?? 0
  }

  countFrom(address: string): number {
    return this.#byAddress.get(address) ?? 0
  }

  /** Takes a place; what it returns frees it, once however often it is called. */
  take(name: string, address: string): () => void {
    add(this.#byName, name, 1)
    add(this.#byAddress, address, 1)
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      add(this.#byName, name, -1)
      add(this.#byAddress, address, -1)
    }
  }
}

function add(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by
  if (count <= 0) counts.delete(key)
  else counts.set(key, count)
}
