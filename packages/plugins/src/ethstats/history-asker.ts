import type { NetworkId } from '@headwatch/protocol'

const answerWithinMs = 120_000
const restMs = 30_000
const maxNetworks = 1_000

/** Lets one node of a network at a time be asked for old blocks, and none right after another. */
export class HistoryAsker {
  readonly #notBefore = new Map<NetworkId, number>()

  /** Takes the network's turn; false while another has it. */
  takeTurn(network: NetworkId, nowMs: number): boolean {
    const notBefore = this.#notBefore.get(network)
    if (notBefore !== undefined && nowMs < notBefore) return false
    if (notBefore === undefined && !this.#makeRoom(nowMs)) return false
    this.#notBefore.set(network, nowMs + answerWithinMs)
    return true
  }

  /** An answer came: the next may be asked soon. */
  answered(network: NetworkId, nowMs: number): void {
    if (this.#notBefore.has(network)) this.#notBefore.set(network, nowMs + restMs)
  }

  #makeRoom(nowMs: number): boolean {
    if (this.#notBefore.size < maxNetworks) return true
    for (const [network, notBefore] of this.#notBefore) if (notBefore <= nowMs) this.#notBefore.delete(network)
    return this.#notBefore.size < maxNetworks
  }
}
