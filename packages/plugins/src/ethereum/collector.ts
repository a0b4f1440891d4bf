import { type BlockHeader, reading, type Telemetry } from '@headwatch/protocol'
import { type Collector, defineCollector, type Host, RetryableError } from '@headwatch/sdk'
import { ChainFollower } from './chain-follower.ts'
import { config, type EthereumConfig } from './config.ts'
import { decodeBlock } from './decode-block.ts'
import { httpTransport, type Transport } from './http-transport.ts'
import { JsonRpc } from './json-rpc.ts'
import { askIdentity, type NodeIdentity, resultOf } from './node-identity.ts'
import { readingCalls, readReadings } from './readings.ts'

/** Rounds after which the client is asked again who it is, in case it was upgraded or exchanged. */
const identityRounds = 60

/** Reads an Ethereum client over JSON-RPC: who it is, its head, its peers, its pool. */
export const ethereumCollector = defineCollector({
  name: 'ethereum',
  summary: 'Reads an Ethereum client over JSON-RPC: identity, head, peers, pending transactions, gas price, sync.',
  stability: 'beta',
  config,
  create: (options, host) => new EthereumCollector(options, host),
})

class EthereumCollector implements Collector {
  readonly #options: EthereumConfig
  readonly #host: Host
  readonly #transport: Transport
  readonly #rpc: JsonRpc
  readonly #follower: ChainFollower
  #identity: NodeIdentity | undefined
  #rounds = 0

  constructor(options: EthereumConfig, host: Host) {
    this.#options = options
    this.#host = host
    this.#transport = httpTransport(options.endpoint, options.maxReplyBytes)
    this.#rpc = new JsonRpc(this.#transport)
    this.#follower = new ChainFollower(options.maxCatchUpBlocks)
  }

  async *collect(signal: AbortSignal): AsyncGenerator<Telemetry> {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(this.#options.timeoutMs)])
    try {
      yield* this.#round(deadline)
    } catch (error) {
      this.#rounds = 0
      yield this.#about({ type: 'metrics', readings: { [reading.rpcUp]: 0 } })
      throw error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#transport[Symbol.dispose]()
  }

  async *#round(signal: AbortSignal): AsyncGenerator<Telemetry> {
    if (this.#rounds++ % identityRounds === 0) yield* this.#learnIdentity(signal)
    const startedMs = this.#host.clock.monotonicMs()
    const [latest, ...answers] = await this.#rpc.batch(
      [{ method: 'eth_getBlockByNumber', params: ['latest', false] }, ...readingCalls],
      signal,
    )
    const seenAt = this.#host.clock.now()
    const head = decodeBlock(resultOf(latest))
    if (head === undefined) throw new RetryableError('the client does not tell its latest block')
    if (this.#follower.wentBack(head)) yield* this.#learnIdentity(signal)
    for await (const report of this.#follower.follow(head, seenAt, this.#rpc, signal)) yield this.#about(report)
    const readings = {
      ...readReadings(answers),
      ...headReadings(head),
      rpc_round_ms: this.#host.clock.monotonicMs() - startedMs,
    }
    yield this.#about({ type: 'metrics', at: seenAt, readings: { [reading.rpcUp]: 1, ...readings } })
  }

  /** Yields the identity when it is new. Another network means another chain behind the address. */
  async *#learnIdentity(signal: AbortSignal): AsyncGenerator<Telemetry> {
    this.#rpc.forget()
    const identity = await askIdentity(this.#rpc, signal)
    const before = this.#identity
    if (before !== undefined && before.network !== identity.network) {
      this.#host.logger.warn('another chain answers at the address', { before: before.network, now: identity.network })
      this.#follower.forget()
    }
    this.#identity = identity
    yield this.#about(identity.report)
  }

  #about(telemetry: Telemetry): Telemetry {
    return this.#identity === undefined ? telemetry : { ...telemetry, origin: { network: this.#identity.network } }
  }
}

function headReadings(head: BlockHeader) {
  return {
    [reading.headNumber]: head.number,
    ...(head.baseFeeWei !== undefined && { [reading.baseFeeWei]: head.baseFeeWei }),
  }
}
