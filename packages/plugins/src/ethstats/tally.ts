import type { Meter } from '@headwatch/sdk'

/** Counts many small events cheaply and hands the sums to the meter now and then. One counter, one label. */
export class Tally {
  readonly #name: string
  readonly #label: string
  readonly #counts = new Map<string, number>()

  /** `name` and `label` as the meter wants them. Values of the label must come from a closed set. */
  constructor(name: string, label: string) {
    this.#name = name
    this.#label = label
  }

  add(value: string, by = 1): void {
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + by)
  }

  flush(meter: Meter): void {
    for (const [value, count] of this.#counts) meter.count(this.#name, count, { [this.#label]: value })
    this.#counts.clear()
  }
}
