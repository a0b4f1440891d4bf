import type { Telemetry } from '@headwatch/protocol'
import { type Accept, type Clock, retryAfterOf, verdictOf } from '@headwatch/sdk'
import { SharedDelay } from './shared-delay.ts'
import type { Tally } from './tally.ts'

const gatherMs = 20
const gatherItems = 100
const maxBatchItems = 1_000
const retryMs = 200

export interface IntakeLent {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Counts items let go, by reason. */
  readonly dropped: Tally
}

/**
 * Gathers the items of many connections and gives them to the pipeline in batches, in order, one after the other:
 * a hundred at once, or what came within 20 ms.
 *
 * Old clients cannot be slowed. While the pipeline is, `maxItems` wait here and further ones are dropped
 * and counted; news of connections may take as much again before they are.
 */
export class Intake {
  readonly #accept: Accept
  readonly #maxItems: number
  readonly #lent: IntakeLent
  readonly #delay: SharedDelay
  #waiting: Telemetry[] = []
  #giving: Promise<void> | undefined

  constructor(accept: Accept, maxItems: number, lent: IntakeLent) {
    this.#accept = accept
    this.#maxItems = maxItems
    this.#lent = lent
    this.#delay = new SharedDelay(gatherMs, () => this.#give(), lent)
  }

  add(item: Telemetry): void {
    const bound = item.type === 'session' ? this.#maxItems * 2 : this.#maxItems
    if (this.#waiting.length >= bound) return this.#lent.dropped.add('pipeline_slow')
    this.#waiting.push(item)
    if (this.#waiting.length >= gatherItems) this.#give()
    else this.#delay.arm()
  }

  /** Gives what is left, once, without trying again. */
  async close(): Promise<void> {
    await this.#giving
    const rest = this.#waiting.splice(0)
    if (rest.length === 0) return
    try {
      await this.#accept(rest)
    } catch {
      this.#lent.dropped.add('stopping', rest.length)
    }
  }

  #give(): void {
    if (this.#giving !== undefined) return
    this.#giving = this.#giveAll().finally(() => {
      this.#giving = undefined
      if (this.#waiting.length > 0) this.#delay.arm()
    })
  }

  /** Goes on as long as whole batches wait: what is left is worth gathering a little longer. */
  async #giveAll(): Promise<void> {
    do {
      await this.#giveBatch(this.#waiting.splice(0, maxBatchItems))
    } while (this.#waiting.length >= gatherItems && !this.#lent.signal.aborted)
  }

  async #giveBatch(batch: readonly Telemetry[]): Promise<void> {
    while (batch.length > 0) {
      try {
        return await this.#accept(batch)
      } catch (thrown) {
        if (verdictOf(thrown) !== 'retry') return this.#lent.dropped.add('rejected', batch.length)
        const isOver = await this.#pause(retryAfterOf(thrown) ?? retryMs)
        if (isOver) return this.#lent.dropped.add('stopping', batch.length)
      }
    }
  }

  #pause(ms: number): Promise<boolean> {
    return this.#lent.clock.sleep(ms, this.#lent.signal).then(
      () => false,
      () => true,
    )
  }
}
