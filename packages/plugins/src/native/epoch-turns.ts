import type { Source } from '@headwatch/protocol'
import { unlessAborted } from './unless-aborted.ts'

interface Waiting {
  readonly epoch: string
  readonly go: () => void
}

/**
 * A connection speaks of one epoch of a stream. After a crash that a log did not survive whole, its backlog is of the older
 * epoch and what is fresh of the newer: they take turns, whoever came first first, and those of one epoch go together.
 */
export class EpochTurns {
  readonly #streams = new Map<string, { epoch: string; users: number; waiting: Waiting[] }>()

  /** Resolves when it is this epoch's turn, with what ends it. @throws the signal's reason when that aborts first. */
  async enter({ stream, epoch }: Source, signal: AbortSignal): Promise<() => void> {
    const turn = this.#streams.get(stream) ?? { epoch, users: 0, waiting: [] }
    this.#streams.set(stream, turn)
    const leave = () => this.#leave(stream)
    if (turn.waiting.length === 0 && turn.epoch === epoch) {
      turn.users++
      return leave
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    const waiting = { epoch, go: resolve }
    turn.waiting.push(waiting)
    try {
      await unlessAborted(promise, signal)
      return leave
    } catch (thrown) {
      const place = turn.waiting.indexOf(waiting)
      if (place === -1) leave()
      else turn.waiting.splice(place, 1)
      throw thrown
    }
  }

  #leave(stream: string): void {
    const turn = this.#streams.get(stream)
    if (turn === undefined || --turn.users > 0) return
    const [next] = turn.waiting
    if (next === undefined) return void this.#streams.delete(stream)
    turn.epoch = next.epoch
    while (turn.waiting[0]?.epoch === turn.epoch) {
      turn.users++
      turn.waiting.shift()?.go()
    }
  }
}
