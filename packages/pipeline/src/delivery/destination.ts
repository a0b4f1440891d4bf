import { type Batch, type Lane, sequenceAt } from '@headwatch/protocol'
import { type Exporter, type ExportOutcome, retryAfterOf, verdictOf } from '@headwatch/sdk'
import type { QueueReader, Taken } from '../queue/queue.ts'
import type { ExporterSettings } from '../settings.ts'
import { messageOf, type Supervised, type SupervisionParts } from '../supervision/supervised.ts'
import { unlessAborted } from '../supervision/unless-aborted.ts'
import { backOffMs } from './back-off.ts'

const lanes: readonly Lane[] = ['live', 'backlog']

/** Failures in a row after which a success counts as coming back from an outage. */
const outageFailures = 3

/** Moves records from one queue to one exporter: batches, repeats, `inFlight`, both lanes. */
export class Destination {
  readonly name: string
  readonly #reader: QueueReader
  readonly #exporter: Supervised<Exporter>
  readonly #settings: ExporterSettings
  readonly #parts: SupervisionParts
  readonly #stop = new AbortController()
  readonly #running = new Set<Promise<void>>()
  #slotFreed: (() => void)[] = []
  #failures = 0

  constructor(
    reader: QueueReader,
    exporter: Supervised<Exporter>,
    settings: ExporterSettings,
    parts: SupervisionParts,
  ) {
    this.name = exporter.name
    this.#reader = reader
    this.#exporter = exporter
    this.#settings = settings
    this.#parts = parts
  }

  /** Whether the last attempt failed, for health. */
  get isFailing(): boolean {
    return this.#failures >= outageFailures
  }

  get reader(): QueueReader {
    return this.#reader
  }

  /** Runs until `stop`, or until the queue is closed and empty. */
  async run(): Promise<void> {
    await Promise.all(lanes.map((lane) => this.#drain(lane)))
    await Promise.all(this.#running)
  }

  /** Ends at once: what is not settled stays in the queue. */
  stop(): void {
    this.#stop.abort()
  }

  async #drain(lane: Lane): Promise<void> {
    const { signal } = this.#stop
    const limits = { records: this.#settings.batchRecords, bytes: this.#settings.batchBytes }
    while (!signal.aborted) {
      while (this.#isFull) await this.#slot()
      const taken = await this.#reader.take(lane, limits, signal)
      if (taken === undefined) return
      while (this.#isFull) await this.#slot() // The other lane may have taken the slot meanwhile.
      const running = this.#deliver(taken).finally(() => {
        this.#running.delete(running)
        for (const wake of this.#slotFreed.splice(0)) wake()
      })
      this.#running.add(running)
    }
  }

  get #isFull(): boolean {
    return !this.#stop.signal.aborted && this.#running.size >= (this.#exporter.current?.inFlight ?? 1)
  }

  #slot(): Promise<void> {
    return new Promise((resolve) => this.#slotFreed.push(resolve))
  }

  /** Until the batch is settled, or the destination stops and it goes back. */
  async #deliver(taken: Taken): Promise<void> {
    let rest: Taken | undefined = taken
    while (rest !== undefined && !this.#stop.signal.aborted) rest = await this.#attempt(rest)
    if (rest === undefined) this.#reader.settle(taken)
    else this.#reader.release(taken)
  }

  /** What is still to be done after one attempt; undefined when nothing is. */
  async #attempt(taken: Taken): Promise<Taken | undefined> {
    const { signal } = this.#stop
    try {
      const exporter = await this.#exporter.get(signal)
      const left = taken.kind === 'gap' ? await this.#tellGap(exporter, taken) : await this.#send(exporter, taken.batch)
      this.#succeeded()
      return left && { kind: 'batch', batch: left }
    } catch (error) {
      if (signal.aborted) return taken
      const isDone = await this.#failed(error, taken.kind === 'batch' ? taken.batch.records.length : 0)
      return isDone ? undefined : taken
    }
  }

  async #send(exporter: Exporter, batch: Batch): Promise<Batch | undefined> {
    const outcome = await unlessAborted(exporter.export(batch, this.#stop.signal), this.#stop.signal)
    return this.#count(batch, outcome ?? undefined)
  }

  async #tellGap(exporter: Exporter, { gap, lane }: Extract<Taken, { kind: 'gap' }>): Promise<undefined> {
    await unlessAborted(exporter.gap?.(gap, lane, this.#stop.signal) ?? Promise.resolve(), this.#stop.signal)
    const records = Number(gap.last - gap.first) + 1
    this.#parts.meter.count('headwatch_gap_records_total', records, { destination: this.name, reason: gap.reason })
  }

  /** What is still to be sent of `batch`, if anything. */
  #count(batch: Batch, outcome: ExportOutcome | undefined): Batch | undefined {
    const rejected = outcome?.rejected ?? []
    const kept = outcome?.kept ?? []
    const { meter } = this.#parts
    meter.count('headwatch_sent_total', batch.records.length - rejected.length - kept.length, {
      destination: this.name,
    })
    for (const { reason } of rejected)
      meter.count('headwatch_dropped_total', 1, { at: this.name, reason: `rejected_${reason}`.slice(0, 60) })
    if (kept.length === 0) return undefined
    const records = kept.flatMap((index) => batch.records[index] ?? [])
    const offsets = kept.map((index) => Number(sequenceAt(batch, index) - batch.first))
    return { ...batch, records, offsets }
  }

  #succeeded(): void {
    this.#exporter.succeeded()
    if (this.#failures >= outageFailures) {
      this.#parts.logger.info('a destination is back', { destination: this.name })
      this.#reader.split()
    }
    this.#failures = 0
  }

  /** True when the records are done with; false, after a wait, when they are to be sent again. */
  async #failed(error: unknown, records: number): Promise<boolean> {
    const { meter, logger, clock } = this.#parts
    const verdict = verdictOf(error)
    if (verdict === 'reject') {
      meter.count('headwatch_dropped_total', records, { at: this.name, reason: 'rejected' })
      logger.warn('a destination refused a batch', { destination: this.name, reason: messageOf(error), records })
      return true
    }
    this.#failures++
    meter.count('headwatch_retries_total', 1, { destination: this.name })
    if (this.#failures === outageFailures)
      logger.warn('a destination does not take data; it is tried again and again', {
        destination: this.name,
        reason: messageOf(error),
      })
    if (verdict === 'fault') await this.#exporter.fault(error)
    const { retryFirstMs, retryMaxMs } = this.#settings
    const waitMs = Math.max(retryAfterOf(error) ?? 0, backOffMs(this.#failures - 1, retryFirstMs, retryMaxMs))
    await clock.sleep(waitMs, this.#stop.signal).catch(() => undefined)
    return false
  }
}
