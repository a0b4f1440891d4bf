import type { Batch, Gap, Lane, Source } from '@headwatch/protocol'
import { type Hello, messageLimits, type StreamStart } from '@headwatch/protocol/native'
import { defineExporter, type Exporter, type Host, type Plugin, RetryableError } from '@headwatch/sdk'
import { AgentSession, type SessionEndedError } from './agent-session.ts'
import { exporterConfig, type NativeExporterConfig } from './config.ts'
import { EpochTurns } from './epoch-turns.ts'
import type { Dialer } from './link.ts'
import { PostDialer } from './post-dialer.ts'
import { unlessAborted } from './unless-aborted.ts'
import { WebSocketDialer } from './web-socket-dialer.ts'

/** Sends to a Headwatch server over WebSocket or, through `inProcess`, to the one of the same program. */
export function nativeExporter(
  inProcess?: Dialer,
  random: () => number = Math.random,
): Plugin<'exporter', NativeExporterConfig> {
  return defineExporter({
    name: 'native',
    summary: 'Sends to a Headwatch server and keeps everything until the server has acknowledged it.',
    stability: 'experimental',
    config: exporterConfig,
    create: (config, host) => new NativeExporter(config, host, dialerFor(config, inProcess), random),
  })
}

/** Keeps one session, opened when there is something to send. Batches go under the agent's own name, whatever their source says. */
class NativeExporter implements Exporter {
  readonly inFlight: number
  readonly acknowledges = true
  readonly #config: NativeExporterConfig
  readonly #host: Host
  readonly #dialer: Dialer
  readonly #random: () => number
  readonly #streams = new Map<string, StreamStart>()
  readonly #turns = new EpochTurns()
  #session: { readonly session: AgentSession; readonly opened: Promise<void> } | undefined
  #awayUntilMs = 0
  #isDisposed = false

  constructor(config: NativeExporterConfig, host: Host, dialer: Dialer, random: () => number) {
    this.inFlight = config.inFlight
    this.#config = config
    this.#host = host
    this.#dialer = dialer
    this.#random = random
  }

  async export(batch: Batch, signal: AbortSignal) {
    const leave = await this.#turns.enter(batch.source, signal)
    try {
      const session = await this.#connected(batch.source, batch.first + BigInt(batch.count), signal)
      return await unlessAborted(session.send(batch, signal), signal)
    } finally {
      leave()
    }
  }

  async gap(gap: Gap, lane: Lane, signal: AbortSignal): Promise<void> {
    const leave = await this.#turns.enter(gap.source, signal)
    try {
      const session = await this.#connected(gap.source, gap.last + 1n, signal)
      await unlessAborted(session.declare(gap, lane, signal), signal)
    } finally {
      leave()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true
    this.#session?.session.leave('the exporter stops')
  }

  async #connected({ stream, epoch }: Source, next: bigint, signal: AbortSignal): Promise<AgentSession> {
    signal.throwIfAborted()
    if (this.#isDisposed) throw new RetryableError('the exporter has stopped')
    this.#learn({ stream, epoch, next })
    this.#session ??= this.#open()
    const { session, opened } = this.#session
    await unlessAborted(opened, signal)
    return session
  }

  #learn({ stream, epoch, next }: StreamStart): void {
    const known = this.#streams.get(stream)
    const isKnown = known?.epoch === epoch
    this.#streams.delete(stream)
    this.#streams.set(stream, { stream, epoch, next: isKnown && known.next > next ? known.next : next })
    if (isKnown) return
    for (const longest of this.#streams.keys())
      if (this.#streams.size > messageLimits.streams) this.#streams.delete(longest)
    // The server takes data of the streams in the hello only, so there is a new one.
    this.#session?.session.leave('the agent has another log')
    this.#session = undefined
  }

  #open(): { readonly session: AgentSession; readonly opened: Promise<void> } {
    const { clock, meter } = this.#host
    const waitMs = this.#awayUntilMs - clock.monotonicMs()
    if (waitMs > 0) throw new RetryableError('the server asked to be left alone for a while', { retryAfterMs: waitMs })
    const { connectTimeoutMs } = this.#config
    const [dialer, random, endpoint] = [this.#dialer, this.#random, fullEndpoint(this.#config.endpoint)]
    const session = new AgentSession({ dialer, endpoint, connectTimeoutMs, clock, meter, random })
    const opened = session.open(this.#hello())
    opened.then(
      () => this.#host.logger.info('connected to a Headwatch server', { endpoint }),
      () => undefined, // Whoever waits for it hears of it.
    )
    void session.ended.then((error) => this.#closed(session, error))
    meter.count('headwatch_native_connections_total')
    return { session, opened }
  }

  #closed(session: AgentSession, error: SessionEndedError): void {
    if (this.#session?.session === session) this.#session = undefined
    const waitMs = error.retryAfterMs ?? 0
    this.#awayUntilMs = Math.max(this.#awayUntilMs, this.#host.clock.monotonicMs() + waitMs)
    this.#host.meter.count('headwatch_native_ends_total', 1, { reason: error.goAway ?? 'closed' })
    if (error.goAway !== undefined)
      this.#host.logger.warn('the server sent the agent away', { reason: error.goAway, waitMs })
  }

  #hello(): Hello {
    const { agent } = this.#host.self
    const streams = [...this.#streams.values()]
    return { type: 'hello', agent, program: 'headwatch', token: this.#config.token, streams, capabilities: ['zstd'] }
  }
}

function dialerFor({ endpoint, ...files }: NativeExporterConfig, inProcess: Dialer | undefined): Dialer {
  if (/^wss?:/.test(endpoint)) return new WebSocketDialer(files)
  if (/^https?:/.test(endpoint)) return new PostDialer(files)
  const dial = () => Promise.reject(new RetryableError(`this program has no server at ${endpoint}`))
  return inProcess ?? { dial }
}

/** An address without a path means the path that servers have by default. */
function fullEndpoint(endpoint: string): string {
  return endpoint.replace(/^((?:wss?|https?):\/\/[^/]*)\/?$/, '$1/agent')
}
