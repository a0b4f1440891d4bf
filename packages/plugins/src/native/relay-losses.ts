import { type Gap, type GapReason, type Source, sourceText } from '@headwatch/protocol'

interface Loss {
  readonly reason: GapReason
  /** The highest number of the relay's own log that was lost. */
  readonly through: bigint
  /** Sources of which it is known what they lost. */
  readonly checked: Set<string>
}

/** Which relays have said that they lost something, and of which sources that has been looked into since. */
export class RelayLosses {
  readonly #losses = new Map<string, Loss>()

  /** A relay declared numbers of its own log as missing: anybody's records may have stood there. */
  add({ source, last, reason }: Gap): void {
    const before = this.#losses.get(sourceText(source))?.through ?? last
    this.#losses.set(sourceText(source), { reason, through: before > last ? before : last, checked: new Set() })
  }

  reasonOf(relay: Source): GapReason | undefined {
    return this.#losses.get(sourceText(relay))?.reason
  }

  isUnchecked(relay: Source, source: Source): boolean {
    return this.#losses.get(sourceText(relay))?.checked.has(sourceText(source)) === false
  }

  /** What came with number `first` of the relay's log told what a source lost. It tells all of it only when it came after the loss. */
  checked(relay: Source, first: bigint, source: Source): void {
    const loss = this.#losses.get(sourceText(relay))
    if (loss !== undefined && first > loss.through) loss.checked.add(sourceText(source))
  }
}
