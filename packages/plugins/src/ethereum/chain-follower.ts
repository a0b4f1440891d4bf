import type { BlockHeader, BlockReport, UnixMs } from '@headwatch/protocol'
import { decodeBlock } from './decode-block.ts'
import type { Call, JsonRpc } from './json-rpc.ts'
import { resultOf } from './node-identity.ts'

/** Turns the head of each round into block reports: the head when it is new, and the blocks that came and went between two rounds. */
export class ChainFollower {
  readonly #maxCatchUp: number
  #head: BlockHeader | undefined

  constructor(maxCatchUp: number) {
    this.#maxCatchUp = maxCatchUp
  }

  /** Another chain begins: nothing is known of its head. */
  forget(): void {
    this.#head = undefined
  }

  /** True when `head` cannot follow on what was seen before: the chain may be another one. */
  wentBack(head: BlockHeader): boolean {
    return this.#head !== undefined && head.number < this.#head.number
  }

  /** The reports of a round, oldest first. `seenAt` is when the head was heard of; blocks below it only have an order. */
  async *follow(head: BlockHeader, seenAt: UnixMs, rpc: JsonRpc, signal: AbortSignal): AsyncGenerator<BlockReport> {
    const before = this.#head
    if (before?.hash === head.hash) return
    this.#head = head
    if (before !== undefined) yield* this.#between(before, head, rpc, signal)
    yield { type: 'block', occasion: 'head', block: head, at: seenAt }
  }

  async *#between(
    before: BlockHeader,
    head: BlockHeader,
    rpc: JsonRpc,
    signal: AbortSignal,
  ): AsyncGenerator<BlockReport> {
    const calls: Call[] = []
    for (let number = head.number - 1n; number > before.number && calls.length < this.#maxCatchUp; number--) {
      calls.unshift({ method: 'eth_getBlockByNumber', params: [`0x${number.toString(16)}`, false] })
    }
    for (const answer of calls.length > 0 ? await rpc.batch(calls, signal) : []) {
      const block = decodeBlock(resultOf(answer))
      if (block !== undefined) yield { type: 'block', occasion: 'history', block }
    }
  }
}
