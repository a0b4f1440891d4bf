import { closeRange, type Lane, openParts, type SequenceRange } from '@headwatch/protocol'
import type { Credit, Nack } from '@headwatch/protocol/native'

/** A frame to be answered: a batch or a part of one, or a gap. */
export interface OutgoingFrame {
  readonly stream: string
  readonly lane: Lane
  readonly range: SequenceRange
  /** The server must know that the log's next number is no lower, before the frame goes. */
  readonly declares: bigint
  /** What it takes of the credit in records; its bytes count beside. */
  readonly records: number
  readonly bytes: Uint8Array
}

/** What the server said of a frame: nothing but good where both lists are empty. */
export interface FrameFate {
  readonly nacks: readonly Nack[]
}

/** Where frames go. */
export interface Way {
  send(frame: OutgoingFrame): void
  /** Whether so much is on its way already that more would only wait in memory. */
  isBlocked(): boolean
}

interface Entry extends OutgoingFrame {
  readonly nacks: Nack[]
  readonly settle: (fate: FrameFate) => void
  readonly fail: (reason: unknown) => void
}

interface LaneState {
  /** Ascending by number. */
  readonly waiting: Entry[]
  /** In the order they were sent, which is ascending too. */
  readonly unanswered: Entry[]
  highest: bigint
}

/**
 * Frames on their way to one server: those that wait for credit, and those that wait for their answer. Each lane is
 * sent in order of its numbers; lower numbers than sent before wait until the lane is quiet, see `Data`.
 */
export class Outbox {
  readonly #way: Way
  readonly #lanes = new Map<string, LaneState>()
  #credit: Credit
  #sent: { records: number; bytes: number; frames: number } = { records: 0, bytes: 0, frames: 0 }
  #ended: { readonly reason: unknown } | undefined
  #isPumpDue = false

  constructor(credit: Credit, way: Way) {
    this.#credit = credit
    this.#way = way
  }

  /** Resolves with the server's answer, rejects when the connection ends first or `signal` aborts. */
  add(frame: OutgoingFrame, signal: AbortSignal): Promise<FrameFate> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended.reason)
    const { promise, resolve, reject } = Promise.withResolvers<FrameFate>()
    const lane = this.#laneOf(frame.stream, frame.lane)
    const entry: Entry = { ...frame, nacks: [], settle: resolve, fail: reject }
    const place = lane.waiting.findIndex((other) => other.range.first > frame.range.first)
    lane.waiting.splice(place === -1 ? lane.waiting.length : place, 0, entry)
    const abort = (): void => {
      const waits = lane.waiting.indexOf(entry)
      if (waits !== -1) lane.waiting.splice(waits, 1)
      reject(signal.reason)
    }
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    this.#pumpSoon()
    return promise.finally(() => signal.removeEventListener('abort', abort))
  }

  changeCredit(credit: Credit): void {
    this.#credit = credit
    this.#pump()
  }

  /** The way is free again. */
  drained(): void {
    this.#pump()
  }

  ack(stream: string, laneName: Lane, through: bigint): void {
    const lane = this.#laneOf(stream, laneName)
    while (lane.unanswered[0] !== undefined && lane.unanswered[0].range.last <= through) this.#answered(lane, 0)
    this.#pump()
  }

  nack(nack: Nack): void {
    const lane = this.#laneOf(nack.stream, nack.lane)
    for (const [index, entry] of [...lane.unanswered.entries()].reverse()) {
      if (nack.first > entry.range.last || nack.last < entry.range.first) continue
      entry.nacks.push(nack)
      const named = entry.nacks.reduce<readonly SequenceRange[]>(closeRange, [])
      if (openParts(named, entry.range).length === 0) this.#answered(lane, index)
    }
    this.#pump()
  }

  /** Everything that waits is rejected with `reason`, and whatever is added later too. */
  end(reason: unknown): void {
    if (this.#ended !== undefined) return
    this.#ended = { reason }
    for (const { waiting, unanswered } of this.#lanes.values()) {
      for (const entry of [...unanswered, ...waiting]) entry.fail(reason)
    }
    this.#lanes.clear()
  }

  #laneOf(stream: string, lane: Lane): LaneState {
    const key = `${lane} ${stream}`
    const known = this.#lanes.get(key) ?? { waiting: [], unanswered: [], highest: -1n }
    this.#lanes.set(key, known)
    return known
  }

  #answered(lane: LaneState, index: number): void {
    const [entry] = lane.unanswered.splice(index, 1)
    if (entry === undefined) return
    this.#sent.records -= entry.records
    this.#sent.bytes -= entry.bytes.byteLength
    this.#sent.frames--
    entry.settle({ nacks: entry.nacks })
  }

  /** After a connection was made many batches come back in this turn, in any order: they leave in order of their numbers. */
  #pumpSoon(): void {
    if (this.#isPumpDue) return
    this.#isPumpDue = true
    setImmediate(() => {
      this.#isPumpDue = false
      this.#pump()
    })
  }

  /** Sends what may be sent, one frame of each lane in turn, so that a backlog drains beside live data and never holds it up. */
  #pump(): void {
    for (let hasSent = true; hasSent; ) {
      hasSent = false
      for (const lane of this.#lanes.values()) {
        const entry = lane.waiting[0]
        if (entry === undefined || !this.#maySend(lane, entry)) continue
        lane.waiting.shift()
        lane.unanswered.push(entry)
        lane.highest = entry.range.last
        this.#sent.records += entry.records
        this.#sent.bytes += entry.bytes.byteLength
        this.#sent.frames++
        this.#way.send(entry)
        hasSent = true
      }
    }
  }

  #maySend(lane: LaneState, { range, records, bytes }: Entry): boolean {
    if (range.first <= lane.highest && lane.unanswered.length > 0) return false
    if (this.#credit.records === 0 || this.#credit.bytes === 0 || this.#way.isBlocked()) return false
    if (this.#sent.frames === 0) return true
    return (
      this.#sent.records + records <= this.#credit.records && this.#sent.bytes + bytes.byteLength <= this.#credit.bytes
    )
  }
}
