import { seededRandom } from './seeded-random.ts'

/** A block in geth's shape, as ethstats clients send it. */
export interface PretendBlock {
  readonly number: number
  readonly hash: string
  readonly parentHash: string
  readonly timestamp: number
  readonly miner: string
  readonly gasUsed: number
  readonly gasLimit: number
  readonly difficulty: string
  readonly totalDifficulty: string
  readonly transactions: readonly { readonly hash: string }[]
  readonly transactionsRoot: string
  readonly stateRoot: string
  readonly uncles: readonly unknown[]
}

/** A chain without forks, the same for the same seed. */
export class PretendChain {
  readonly #random: () => number
  #head: PretendBlock

  constructor(seed: number) {
    this.#random = seededRandom(seed)
    this.#head = this.#blockAfter(undefined, 1_700_000_000)
  }

  get head(): PretendBlock {
    return this.#head
  }

  /** Seals the next block with `timestampS`, in Unix seconds. */
  seal(timestampS: number): PretendBlock {
    this.#head = this.#blockAfter(this.#head, timestampS)
    return this.#head
  }

  #blockAfter(parent: PretendBlock | undefined, timestamp: number): PretendBlock {
    return {
      number: (parent?.number ?? 0) + 1,
      hash: this.#bytes(32),
      parentHash: parent?.hash ?? this.#bytes(32),
      timestamp,
      miner: this.#bytes(20),
      gasUsed: Math.floor(this.#random() * 30_000_000),
      gasLimit: 30_000_000,
      difficulty: '2',
      totalDifficulty: String(((parent?.number ?? 0) + 1) * 2),
      transactions: Array.from({ length: 10 }, () => ({ hash: this.#bytes(32) })),
      transactionsRoot: this.#bytes(32),
      stateRoot: this.#bytes(32),
      uncles: [],
    }
  }

  #bytes(length: number): string {
    let text = '0x'
    for (let index = 0; index < length; index++)
      text += Math.floor(this.#random() * 256)
        .toString(16)
        .padStart(2, '0')
    return text
  }
}
