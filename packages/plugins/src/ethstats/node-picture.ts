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
  /** An older block is told as history only, older readings not at all. */
  readonly staleAfterMs: number
}

/** Why a record is not told: it says nothing an old server has a word for, came too late, or is told when history is asked for. */
export type Untold = 'not_in_ethstats' | 'too_old' | 'for_history'

/** What records came to: frames to send in this order, whether a new hello is due first, and what is not told. */
export interface Outgoing {
  readonly isHelloNew: boolean
  readonly frames: readonly string[]
  /** For each record; undefined where it is told. */
  readonly untold: readonly (Untold | undefined)[]
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
    const untold = records.map((record) => {
      this.#network ??= record.origin.network?.split('-', 1)[0]
      return this.#absorbOne(record, now, frames, told)
    })
    return { isHelloNew: this.hello() !== before, frames: [...frames, ...this.#readingFrames(told)], untold }
  }

  hello(): string {
    const { id, secret, contact } = this.#options
    const network = this.#network === undefined ? {} : { networkId: this.#network }
    const node = { ...network, ...this.#node, ...(contact !== undefined && { contact }) }
    return helloFrame({ id, secret, name: id, node })
  }

  /** What a server that knows nothing is told: the head and the readings, while they are fresh. */
  current(now: UnixMs): readonly string[] {
    const head = this.#head && !this.#isStale(this.#head.at, now) ? [blockFrame(this.#id, this.#head.block)] : []
    const told = this.#isStale(this.#readAt, now) ? [] : Object.keys(this.#readings)
    return [...head, ...this.#readingFrames(new Set(told))]
  }

  history(wish: HistoryWish): string {
    return historyFrame(this.#id, this.#recent.answer(wish))
  }

  get #id(): string {
    return this.#options.id
  }

  #isStale(at: UnixMs, now: UnixMs): boolean {
    return now - at >= this.#options.staleAfterMs
  }

  /** Adds to `frames` and `told` what the server should hear now. */
  #absorbOne(record: TelemetryRecord, now: UnixMs, frames: string[], told: Set<string>): Untold | undefined {
    switch (record.type) {
      case 'node':
        this.#node = { ...this.#node, ...record }
        return undefined
      case 'metrics':
        return this.#takeReadings(record, now, told)
      case 'block':
        if (!this.#takeBlock(record, now)) return 'for_history'
        frames.push(blockFrame(this.#id, record.block))
        return undefined
      case 'block_timing':
        if (this.#isStale(record.at, now)) return 'too_old'
        frames.push(timingFrame(this.#id, record))
        return undefined
      default:
        return 'not_in_ethstats'
    }
  }

  #takeReadings(
    { readings, at, labels }: TelemetryRecord<MetricSet>,
    now: UnixMs,
    told: Set<string>,
  ): Untold | undefined {
    const wanted = labels === undefined ? Object.entries(readings).filter(([name]) => carried.has(name)) : []
    if (wanted.length === 0) return 'not_in_ethstats'
    if (at < this.#readAt) return 'too_old'
    this.#readAt = at
    this.#readings = { ...this.#readings, ...Object.fromEntries(wanted) }
    if (this.#isStale(at, now)) return 'too_old'
    for (const [name] of wanted) told.add(name)
    return undefined
  }

  /** Whether the server should hear of it now. */
  #takeBlock(record: TelemetryRecord<BlockReport>, now: UnixMs): boolean {
    this.#recent.add(record.block)
    if (record.occasion === 'history' || this.#isStale(record.at, now)) return false
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
