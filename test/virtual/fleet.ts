import { MemoryQueue, MetricRegistry, type Plan, PluginCatalog, readConfig, startPipelines } from '@headwatch/pipeline'
import { type Carrier, type Link, nativePlugins, Switchboard } from '@headwatch/plugins/native'
import { type Accept, defineCollector, type Plugin } from '@headwatch/sdk'
import { fakeHost, fakeLogger } from '@headwatch/sdk/testkit'
import { HeapClock } from './heap-clock.ts'
import { noSettings } from './no-settings.ts'

/** Reads nothing and tells of it. */
const pulse = defineCollector({
  name: 'pulse',
  summary: 'One reading a round.',
  stability: 'stable',
  config: noSettings,
  create: () => ({
    async *collect() {
      yield { type: 'metrics', readings: { pulse_count: 1 } }
    },
  }),
})

export interface FleetOptions {
  readonly agents: number
  readonly receiver: Readonly<Record<string, unknown>>
}

/** Whole agents, as their programs compose them, and a native receiver, in one process and in virtual time. */
export class Fleet {
  readonly clock = new HeapClock()
  readonly #options: FleetOptions
  readonly #switchboard = new Switchboard()
  /** Connections that reached a listening server, and those of them that were let in, by virtual second. */
  readonly dialled = new Map<number, number>()
  readonly welcomed = new Map<number, number>()
  readonly #links = new Set<Link>()
  #server: AbortController | undefined
  #plan: Plan | undefined

  constructor(options: FleetOptions) {
    this.#options = options
  }

  /** Agents with a connection. */
  isIn = 0

  async startAgents(): Promise<void> {
    const exporter = nativePlugins(this.#carrier()).exporter as Plugin
    const catalog = new PluginCatalog([
      { kind: 'collector', name: 'pulse', load: async () => pulse as Plugin },
      { kind: 'exporter', name: 'native', load: async () => exporter },
    ])
    const text = JSON.stringify({
      collectors: { pulse: { everyMs: 5_000 } },
      exporters: { native: { endpoint: 'in_process:main' } },
      pipelines: { main: { from: ['pulse'], to: ['native'], queue: { keep: 'memory' } } },
    })
    const read = { file: 'fleet', text, environment: {}, catalog, loadPackage: async () => [], sections: {} }
    this.#plan = (await readConfig(read)).plan
    for (let number = 0; number < this.#options.agents; number++) await this.#startAgent(`agent-${number}`)
  }

  /** Starts the server, which takes everything. */
  async startServer(): Promise<void> {
    const stop = new AbortController()
    this.#server = stop
    const { receiver } = nativePlugins(this.#switchboard)
    const host = { ...fakeHost(), clock: this.clock }
    const config = { listen: 'in_process:main', ...this.#options.receiver }
    const checked = await receiver.config['~standard'].validate(config)
    if (checked.issues !== undefined) throw new Error(JSON.stringify(checked.issues))
    const accept: Accept = Object.assign(
      async (items: Parameters<Accept>[0]) => {
        for (const item of items) if (item.type === 'session') this.#note(item.change)
      },
      { gap: async () => undefined },
    )
    void receiver.create(checked.value, host).listen(accept, stop.signal)
  }

  /** Takes the server away: in order, asking everybody to come back spread over time, or as if its machine was switched off. */
  async stopServer(departure: 'in_order' | 'at_once'): Promise<void> {
    if (departure === 'at_once') for (const link of this.#links) link.close()
    await this.clock.advance(0)
    this.#server?.abort()
  }

  async #startAgent(agent: string): Promise<void> {
    if (this.#plan === undefined) return
    await startPipelines(
      { ...this.#plan, self: { agent, node: agent } },
      {
        clock: this.clock,
        logger: fakeLogger(),
        metrics: new MetricRegistry(),
        lent: {},
        epoch: agent,
        makeQueue: (source, { queue }) => new MemoryQueue(source, { limits: queue, whenFull: queue.whenFull }),
      },
    )
  }

  #note(change: string): void {
    this.isIn += change === 'opened' ? 1 : -1
    if (change === 'opened') this.#count(this.welcomed)
  }

  #carrier(): Carrier {
    const board = this.#switchboard
    return {
      listen: (...parts) => board.listen(...parts),
      dial: async (...parts) => {
        const [endpoint, listener] = parts
        const onEnd = (clean: boolean) => {
          this.#links.delete(link)
          listener.onEnd(clean)
        }
        const link = await board.dial(endpoint, { onFrame: (frame) => listener.onFrame(frame), onEnd })
        this.#links.add(link)
        this.#count(this.dialled)
        return link
      },
    }
  }

  #count(bySecond: Map<number, number>): void {
    const second = Math.floor(this.clock.monotonicMs() / 1_000)
    bySecond.set(second, (bySecond.get(second) ?? 0) + 1)
  }
}
