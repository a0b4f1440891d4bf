import type { BlockHeader } from '@headwatch/protocol'
import { type HistoryWish, historyRequestBlocks } from '@headwatch/protocol/ethstats'

const maxBlocks = 64

/** The last 64 heights a node told of, for servers that ask for history. */
export class RecentBlocks {
  readonly #byNumber = new Map<bigint, BlockHeader>()

  /** Of one height the block told last is kept; the lowest height gives way. */
  add(block: BlockHeader): void {
    this.#byNumber.set(block.number, block)
    if (this.#byNumber.size > maxBlocks) this.#byNumber.delete(this.#lowest())
  }

  /** What is known of the wish, in no order. Empty where nothing is: that is an answer too. */
  answer(wish: HistoryWish): readonly BlockHeader[] {
    switch (wish.of) {
      case 'list':
        return [...new Set(wish.numbers)].flatMap((number) => this.#byNumber.get(BigInt(number)) ?? [])
      case 'range':
        return [...this.#byNumber.values()].filter(({ number }) => wish.min <= number && number <= wish.max)
      case 'newest':
        return [...this.#byNumber.values()]
          .sort((a, b) => (a.number < b.number ? 1 : -1))
          .slice(0, historyRequestBlocks)
    }
  }

  #lowest(): bigint {
    let lowest: bigint | undefined
    for (const number of this.#byNumber.keys()) if (lowest === undefined || number < lowest) lowest = number
    return lowest ?? 0n
  }
}
