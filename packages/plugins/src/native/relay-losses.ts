import { type GapReason, type Source, sourceText } from '@headwatch/protocol'

interface Loss {
  readonly reason: GapReason
  /** Sources of which it is known what they lost. */
  readonly checked: Set<string>
}

/** Which relays have said that they lost something, and of which sources that has been looked into since. */
export class RelayLosses {
  readonly #losses = new Map<string, Loss>()

  /** A relay declared numbers of its own log as missing: anybody's records may have stood there. */
  add(relay: Source, reason: GapReason): void {
    this.#losses.set(sourceText(relay), { reason, checked: new Set() })
  }

  reasonOf(relay: Source): GapReason | undefined {
    return this.#losses.get(sourceText(relay))?.reason
  }

  isUnchecked(relay: Source, source: Source): boolean {
    return this.#losses.get(sourceText(relay))?.checked.has(sourceText(source)) === false
  }

  checked(relay: Source, source: Source): void {
    this.#losses.get(sourceText(relay))?.checked.add(sourceText(source))
  }
}
