import type { Meter } from '@headwatch/sdk'
import type { Measured } from './worker-start.ts'

const maxSeries = 1_000

/** Adds up what it is told and hands it over in one go, never two at once: however often a plugin counts, the line stays free. */
export class MeterRelay implements Meter {
  readonly #handOver: (measured: readonly Measured[]) => Promise<unknown>
  #measured = new Map<string, Measured>()
  #isUnderway = false

  constructor(handOver: (measured: readonly Measured[]) => Promise<unknown>) {
    this.#handOver = handOver
  }

  count(name: string, by = 1, labels: Readonly<Record<string, string>> = {}): void {
    this.#measure('count', name, labels, (before) => before + by)
  }

  set(name: string, value: number, labels: Readonly<Record<string, string>> = {}): void {
    this.#measure('set', name, labels, () => value)
  }

  #measure(
    kind: Measured['kind'],
    name: string,
    labels: Measured['labels'],
    valueAfter: (before: number) => number,
  ): void {
    const key = JSON.stringify([kind, name, labels])
    const before = this.#measured.get(key)
    if (before === undefined && this.#measured.size >= maxSeries) return
    this.#measured.set(key, { kind, name, value: valueAfter(before?.value ?? 0), labels })
    if (!this.#isUnderway) void this.#send()
  }

  async #send(): Promise<void> {
    this.#isUnderway = true
    await undefined
    while (this.#measured.size > 0) {
      const measured = [...this.#measured.values()]
      this.#measured = new Map()
      await this.#handOver(measured).catch(() => undefined)
    }
    this.#isUnderway = false
  }
}
