import {
  type BlockReport,
  type MetricSet,
  type NodeReport,
  reading,
  type TelemetryRecord,
  type UnixMs,
} from '@headwatch/protocol'
import {
  blockFrame,
  type HistoryWish,
  helloFrame,
  historyFrame,
  pendingFrame,
  type Readings,
  statsFrame,
  statsReadings,
  timingFrame,
} from '@headwatch/protocol/ethstats'
import { RecentBlocks } from './recent-blocks.ts'

export interface NodePictureOptions {
  /** The node's id and name on the server. */
  readonly id: string
  readonly secret: string
  readonly contact: string | undefined
  /** An older block is told as history only. */
  readonly staleAfterMs: number
}

/** What records came to: frames to send in this order, and whether a new hello is due first. */
export interface Outgoing {
  readonly isHelloNew: boolean
  readonly frames: readonly string[]
}

/** What one node last told, as an old server wants to hear it: of readings the latest counts, of blocks each fresh one. */
export class NodePicture {
  readonly #options: NodePictureOptions
  readonly #recent = new RecentBlocks()
  #node: NodeReport = { type: 'node' }
  #network: string | undefined
  #readings: Readings = {}
  #readAt: UnixMs = 0
  #head: TelemetryRecord<BlockReport> | undefined

  constructor(options: NodePictureOptions) {
    this.#options = options
  }

  /** Takes records in. The same records again change nothing and give the same frames. */
  absorb(records: readonly TelemetryRecord[], now: UnixMs): Outgoing {
    const before = this.hello()
    const frames: string[] = []
    const told = new Set<string>()
    for (const record of records) {
      this.#network ??= record.origin.network?.split('-', 1)[0]
      if (record.type === 'node') this.#node = { ...this.#node, ...record }
      if (record.type === 'metrics') this.#takeReadings(record, told)
      if (record.type === 'block' && this.#takeBlock(record, now)) frames.push(blockFrame(this.#id, record.block))
      if (record.type === 'block_timing') frames.push(timingFrame(this.#id, record))
    }
    return { isHelloNew: this.hello() !== before, frames: [...frames, ...this.#readingFrames(told)] }
  }

  hello(): string {
    const { id, secret, contact } = this.#options
    const network = this.#network === undefined ? {} : { networkId: this.#network }
    const node = { ...network, ...this.#node, ...(contact !== undefined && { contact }) }
    return helloFrame({ id, secret, name: id, node })
  }

  /** What a server that knows nothing is told: the head while it is fresh, and the readings. */
  current(now: UnixMs): readonly string[] {
    const isFresh = this.#head !== undefined && now - this.#head.at < this.#options.staleAfterMs
    const head = isFresh && this.#head ? [blockFrame(this.#id, this.#head.block)] : []
    return [...head, ...this.#readingFrames(new Set(Object.keys(this.#readings)))]
  }

  history(wish: HistoryWish): string {
    return historyFrame(this.#id, this.#recent.answer(wish))
  }

  get #id(): string {
    return this.#options.id
  }

  #takeReadings({ readings, at, labels }: TelemetryRecord<MetricSet>, told: Set<string>): void {
    if (labels !== undefined || at < this.#readAt) return
    const wanted = Object.entries(readings).filter(([name]) => carried.has(name))
    if (wanted.length === 0) return
    this.#readAt = at
    this.#readings = { ...this.#readings, ...Object.fromEntries(wanted) }
    for (const [name] of wanted) told.add(name)
  }

  /** Whether the server should hear of it now. */
  #takeBlock(record: TelemetryRecord<BlockReport>, now: UnixMs): boolean {
    this.#recent.add(record.block)
    if (record.occasion === 'history' || now - record.at >= this.#options.staleAfterMs) return false
    if (this.#head === undefined || record.at >= this.#head.at) this.#head = record
    return true
  }

  #readingFrames(told: ReadonlySet<string>): readonly string[] {
    const frames: string[] = []
    const pending = this.#readings[reading.pendingTransactions]
    if (pending !== undefined && told.has(reading.pendingTransactions)) {
      frames.push(pendingFrame(this.#id, Number(pending)))
    }
    if (statsReadings.some((name) => told.has(name))) frames.push(statsFrame(this.#id, this.#readings))
    return frames
  }
}

const carried: ReadonlySet<string> = new Set([...statsReadings, reading.pendingTransactions])
