import type { AgentId, Gap, HandoverSink, Source, Telemetry, TelemetryRecord } from '@headwatch/protocol'
import { type Accept, type Clock, type Meter, type Position, RejectedError, RetryableError } from '@headwatch/sdk'
import { PendingHandover } from './pending-handover.ts'

export interface GatewayOptions {
  /** Names the gateway, and the stream of what it numbers itself. */
  readonly name: string
  /** The server's own name: under it goes what senders did not number. */
  readonly agent: AgentId
  /** A random text, new at every start. */
  readonly epoch: string
  /** As many records make a handover at once. */
  readonly handoverRecords: number
  /** Fewer wait no longer than this. */
  readonly handoverMs: number
  /** Records held altogether; beyond it `accept` throws a retryable error. */
  readonly maxRecords: number
}

/**
 * Gathers what receivers accept into handovers and gives them to core one after the other. What core could not take
 * is given again under the same numbers, so nothing counts twice.
 */
export class Gateway {
  readonly #options: GatewayOptions
  readonly #sink: HandoverSink
  readonly #clock: Clock
  readonly #meter: Meter
  readonly #source: Source
  readonly #stop = new AbortController()
  #pending = new PendingHandover()
  #held = 0
  #next = 1n
  #handovers = 0
  #running: Promise<void> | undefined
  #isFull: (() => void) | undefined

  constructor(options: GatewayOptions, sink: HandoverSink, { clock, meter }: { clock: Clock; meter: Meter }) {
    this.#options = options
    this.#sink = sink
    this.#clock = clock
    this.#meter = meter
    this.#source = { agent: options.agent, stream: `received/${options.name}`, epoch: options.epoch }
  }

  /** What receivers are lent: resolves when core owns the items. */
  readonly accept: Accept = Object.assign(
    (items: readonly Telemetry[], position?: Position): Promise<void> => {
      if (items.length === 0 && position === undefined) return Promise.resolve()
      this.#admit(Math.max(1, items.length))
      const settled =
        position === undefined
          ? this.#pending.add(items, (item) => this.#stamp(item))
          : this.#pending.addBatch({
              ...position,
              count: position.count ?? items.length,
              records: items.map((item) => this.#stamp(item)),
            })
      this.#wake()
      return settled
    },
    {
      gap: (gap: Gap): Promise<void> => {
        this.#admit(1)
        const settled = this.#pending.addGap(gap)
        this.#wake()
        return settled
      },
    },
  )

  /** Gives over what is held; what core does not take by then is rejected as retryable. */
  async close(deadline: AbortSignal): Promise<void> {
    const stop = () => this.#stop.abort()
    if (deadline.aborted) stop()
    deadline.addEventListener('abort', stop, { once: true })
    await this.#running
    stop()
    deadline.removeEventListener('abort', stop)
  }

  #admit(records: number): void {
    if (this.#stop.signal.aborted) throw new RetryableError('the server is stopping')
    if (this.#held + records > this.#options.maxRecords) {
      this.#meter.count('headwatch_gateway_refused_total', records)
      throw new RetryableError('the server is behind', { retryAfterMs: 1_000 })
    }
    this.#held += records
  }

  #stamp(item: Telemetry): TelemetryRecord {
    const origin = {
      agent: item.origin?.agent ?? this.#source.agent,
      node: item.origin?.node ?? this.#source.agent,
      ...item.origin,
    }
    return { ...item, origin, at: item.at ?? this.#clock.now() } as TelemetryRecord
  }

  #wake(): void {
    if (this.#pending.records >= this.#options.handoverRecords) this.#isFull?.()
    this.#running ??= this.#run()
  }

  async #run(): Promise<void> {
    while (this.#pending.records > 0) {
      if (this.#pending.records < this.#options.handoverRecords) {
        await this.#tick()
      }
      const pending = this.#pending
      this.#pending = new PendingHandover()
      this.#next += BigInt(pending.number(this.#source, 'live', this.#next))
      await this.#handOver(pending)
      this.#held -= pending.records
    }
    this.#running = undefined // In the same turn as the last look at what is pending, so that nothing is left lying.
  }

  /** A moment for more to come, cut short when there is enough. */
  async #tick(): Promise<void> {
    const full = new AbortController()
    this.#isFull = () => full.abort()
    const signal = AbortSignal.any([full.signal, this.#stop.signal])
    await this.#clock.sleep(this.#options.handoverMs, signal).catch(() => undefined)
    this.#isFull = undefined
  }

  async #handOver(pending: PendingHandover): Promise<void> {
    const { batches, gaps } = pending
    const handover = { gateway: this.#options.name, number: ++this.#handovers, batches, gaps, dropped: {}, merged: 0 }
    for (let attempt = 0; !this.#stop.signal.aborted; attempt++) {
      try {
        const ack = await this.#sink.take(handover)
        return pending.resolve(new Map(ack.rejected.map(({ index, reason }) => [index, new RejectedError(reason)])))
      } catch {
        this.#meter.count('headwatch_handovers_repeated_total')
        await this.#clock.sleep(Math.min(50 * 2 ** attempt, 2_000), this.#stop.signal).catch(() => undefined)
      }
    }
    pending.reject(new RetryableError('the server is stopping'))
  }
}
