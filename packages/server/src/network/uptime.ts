import type { UnixMs } from '@headwatch/protocol'

/** Longest stretch that one record of a backlog proves. */
const provenByOneMs = 60_000

/** The share of the observed time in which a node was heard and answering. Counted at changes, never per message. */
export class Uptime {
  readonly #observedSince: UnixMs
  #upSince: UnixMs | undefined
  #upMs = 0
  #provenTo: UnixMs

  constructor(observedSince: UnixMs, condition: 'up' | 'down') {
    this.#observedSince = observedSince
    this.#provenTo = observedSince
    if (condition === 'up') this.#upSince = observedSince
  }

  /** It was last known to be well at `at`. */
  goDown(at: UnixMs): void {
    if (this.#upSince === undefined) return
    this.#upMs += Math.max(0, at - this.#upSince)
    this.#provenTo = Math.max(at, this.#upSince)
    this.#upSince = undefined
  }

  comeUp(at: UnixMs): void {
    this.#upSince ??= at
  }

  /** A record that arrived later shows that it was well at `at`, within the silence that ended at `until`. */
  prove(at: UnixMs, until: UnixMs): void {
    const to = Math.min(at, until)
    if (to <= this.#provenTo) return
    this.#upMs += Math.min(provenByOneMs, to - this.#provenTo)
    this.#provenTo = to
  }

  /** 0 to 1. */
  share(now: UnixMs): number {
    const observed = now - this.#observedSince
    if (observed <= 0) return this.#upSince === undefined ? 0 : 1
    const running = this.#upSince === undefined ? 0 : Math.max(0, now - this.#upSince)
    return Math.min(1, (this.#upMs + running) / observed)
  }
}
