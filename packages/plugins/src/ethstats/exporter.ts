import type { Batch, Lane, NodeId, TelemetryRecord } from '@headwatch/protocol'
import { defineExporter, type Exporter, type ExportOutcome, type Host, RetryableError, verdictOf } from '@headwatch/sdk'
import { type EthstatsExporterConfig, exporterConfig } from './config.ts'
import { NodePicture } from './node-picture.ts'
import { ServerLink } from './server-link.ts'

const tickMs = 500

/** Tells an unmodified ethstats server about nodes, as geth would. Nobody acknowledges: sent is all that can be said. */
export const ethstatsExporter = defineExporter({
  name: 'ethstats',
  summary: 'Sends to an existing ethstats server, which needs no change.',
  stability: 'beta',
  config: exporterConfig,
  create: (config, host) => new EthstatsExporter(config, host),
})

interface Node {
  readonly picture: NodePicture
  readonly link: ServerLink
}

/** One node's part of a batch. */
interface Share {
  readonly node: Node
  readonly indices: number[]
  readonly records: TelemetryRecord[]
}

type Rejected = ExportOutcome['rejected'][number]
type Skipped = NonNullable<ExportOutcome['skipped']>[number]

class EthstatsExporter implements Exporter {
  readonly acknowledges = false
  readonly #config: EthstatsExporterConfig
  readonly #host: Host
  readonly #endpoint: URL
  readonly #nodes = new Map<NodeId, Node>()
  readonly #stop = new AbortController()
  #ticking: Promise<void> | undefined

  constructor(config: EthstatsExporterConfig, host: Host) {
    this.#config = config
    this.#host = host
    this.#endpoint = new URL(config.endpoint)
    if (this.#endpoint.pathname === '/') this.#endpoint.pathname = '/api'
  }

  async export(batch: Batch, signal: AbortSignal): Promise<ExportOutcome> {
    const rejected: Rejected[] = []
    const unsaid = batch.records.flatMap((record, index) =>
      isCarried(record) ? [] : { index, reason: 'not_in_ethstats' },
    )
    const shares = [...this.#shareOut(batch, rejected).values()]
    const outcomes = await Promise.allSettled(shares.map((share) => this.#deliver(share, batch.lane, signal)))
    const failures = outcomes.flatMap((outcome, index) =>
      outcome.status === 'rejected' ? [{ thrown: outcome.reason as unknown, share: shares[index] }] : [],
    )
    const first = failures[0]
    const isRetryable = failures.every(({ thrown }) => verdictOf(thrown) === 'retry')
    if (first !== undefined && (!isRetryable || failures.length === shares.length)) throw first.thrown
    const kept = failures.flatMap(({ share }) => share?.indices ?? []).sort((a, b) => a - b)
    const untold = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []))
    const skipped = [...unsaid, ...untold]
    return { rejected, kept, ...(skipped.length > 0 && { skipped }) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await Promise.all([...this.#nodes.values()].map(({ link }) => link.close()))
    await this.#ticking
  }

  #shareOut(batch: Batch, rejected: Rejected[]): ReadonlyMap<Node, Share> {
    const shares = new Map<Node, Share>()
    for (const [index, record] of batch.records.entries()) {
      if (!isCarried(record)) continue
      const node = this.#nodeOf(record.origin.node)
      if (node === undefined) {
        rejected.push({ index, reason: 'too_many_nodes' })
        continue
      }
      const share = shares.get(node) ?? { node, indices: [], records: [] }
      shares.set(node, share)
      share.indices.push(index)
      share.records.push(record)
    }
    return shares
  }

  /** What waited is not told as if it were now: of its blocks the server hears when it asks for history. */
  async #deliver({ node, records, indices }: Share, lane: Lane, signal: AbortSignal): Promise<readonly Skipped[]> {
    if (this.#stop.signal.aborted) throw new RetryableError('the exporter has stopped')
    const { isHelloNew, frames, untold } = node.picture.absorb(records, this.#host.clock.now())
    if (isHelloNew) node.link.greetAgain()
    await node.link.whenReady(signal, frames.length > 0 ? 'news' : 'nothing_new')
    if (lane === 'backlog') node.link.backlogComes()
    await node.link.send(frames, signal)
    return untold.flatMap((reason, place) => {
      const index = indices[place]
      return reason === undefined || index === undefined ? [] : { index, reason }
    })
  }

  #nodeOf(id: NodeId): Node | undefined {
    const known = this.#nodes.get(id)
    if (known !== undefined) return known
    if (this.#nodes.size >= this.#config.maxNodes) return undefined
    const { secret, contact, staleAfterMs, connectTimeoutMs, pingEveryMs } = this.#config
    const shownId = id === this.#host.self.node ? (this.#config.name ?? id) : id
    const picture = new NodePicture({ id: shownId, secret, contact, staleAfterMs })
    const options = { endpoint: this.#endpoint, id: shownId, connectTimeoutMs, pingEveryMs }
    const node = { picture, link: new ServerLink(options, picture, this.#host) }
    this.#nodes.set(id, node)
    this.#ticking ??= this.#tick()
    return node
  }

  async #tick(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      await this.#host.clock.sleep(tickMs, signal).catch(() => undefined)
      if (!signal.aborted) for (const { link } of this.#nodes.values()) link.tick()
    }
  }
}

function isCarried({ type }: TelemetryRecord): boolean {
  return type === 'node' || type === 'block' || type === 'block_timing' || type === 'metrics'
}
