import { unlessAborted } from '@headwatch/pipeline'
import type { AgentId, Gap, HandoverSink, Source, Telemetry, TelemetryRecord } from '@headwatch/protocol'
import { type Accept, type Clock, type Meter, type Position, RetryableError } from '@headwatch/sdk'
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
  /** Records held altogether, handed over and not answered among them; beyond it `accept` throws a retryable error. */
  readonly maxRecords: number
}

/**
 * Gathers what receivers accept into handovers and gives them to core in order, without waiting for the answers: what
 * core judges never waits for what its store is slow with. What core could not take is given again under the same
 * numbers, so nothing counts twice.
 */
export class Gateway {
  readonly #options: GatewayOptions
  readonly #sink: HandoverSink
  readonly #clock: Clock
  readonly #meter: Meter
  readonly #source: Source
  readonly #stop = new AbortController()
  readonly #flights = new Set<Promise<void>>()
  #pending = new PendingHandover()
  #held = 0
  #failures = 0
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
    while (this.#running !== undefined || this.#flights.size > 0) await Promise.all([this.#running, ...this.#flights])
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
    const { agent, node } = item.origin ?? {}
    if (agent !== undefined && node !== undefined && item.at !== undefined) return item as TelemetryRecord
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
      await Promise.resolve() // What comes in the same turn goes together.
      if (this.#pending.records < this.#options.handoverRecords) await this.#tick()
      const pending = this.#pending
      this.#pending = new PendingHandover()
      this.#next += BigInt(pending.number(this.#source, 'live', this.#next))
      const flight = this.#handOver(pending).finally(() => this.#flights.delete(flight))
      this.#flights.add(flight)
    }
    this.#running = undefined // In the same turn as the last look at what is pending, so that nothing is left lying.
  }

  /** A moment for more to come, cut short when there is enough. */
  async #tick(): Promise<void> {
    const { promise: isFull, resolve } = Promise.withResolvers<void>()
    this.#isFull = resolve
    await Promise.race([isFull, this.#clock.sleep(this.#options.handoverMs, this.#stop.signal)]).catch(() => undefined)
    this.#isFull = undefined
  }

  async #handOver(pending: PendingHandover): Promise<void> {
    const { batches, gaps, records } = pending
    const handover = { gateway: this.#options.name, number: ++this.#handovers, batches, gaps, dropped: {}, merged: 0 }
    while (!this.#stop.signal.aborted) {
      const ack = await unlessAborted(this.#sink.take(handover), this.#stop.signal).catch(() => undefined)
      if (ack !== undefined && ack.later.batches.length + ack.later.gaps.length === 0) this.#failures = 0
      else await this.#backOff()
      if (ack === undefined) continue
      const before = this.#pending.records
      pending.settle(ack, this.#pending)
      this.#held -= records - (this.#pending.records - before)
      if (this.#pending.records > 0) this.#wake()
      return
    }
    this.#held -= records
    pending.reject(new RetryableError('the server is stopping'))
  }

  async #backOff(): Promise<void> {
    this.#meter.count('headwatch_handovers_repeated_total')
    const ms = Math.min(50 * 2 ** this.#failures++, 2_000)
    await this.#clock.sleep(ms, this.#stop.signal).catch(() => undefined)
  }
}
