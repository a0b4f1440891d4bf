import type { Batch, Lane } from '@headwatch/protocol'
import { type Exporter, type ExportOutcome, RetryableError, retryAfterOf, verdictOf } from '@headwatch/sdk'
import { waitingOf } from '../pipeline-queue.ts'
import type { QueueReader, Taken } from '../queue/queue.ts'
import type { ExporterSettings } from '../settings.ts'
import { messageOf, type Supervised, type SupervisionParts } from '../supervision/supervised.ts'
import { withDeadline } from '../supervision/with-deadline.ts'
import { halves, only } from './batch-parts.ts'
import { type HeldRecords, HeldRuns } from './held-runs.ts'
import { letGo } from './let-go.ts'
import { Pause } from './pause.ts'
import { recordFates } from './record-fates.ts'
import { Slots } from './slots.ts'

type TakenBatch = Extract<Taken, { kind: 'batch' }>
type TakenGap = Extract<Taken, { kind: 'gap' }>

/** A part of a batch that is still to be sent. */
interface Part {
  readonly batch: Batch
  readonly attempts: number
  /** How often the exporter broke on it, and how many calls had succeeded when it first did. */
  readonly faults: number
  readonly successesBefore: number
}

/** What is left of a part after a call; empty when it is done with. */
type Rest = readonly Part[]

const lanes: readonly Lane[] = ['live', 'backlog']

/** Failures in a row after which a success counts as coming back from an outage. */
const outageFailures = 3

/** A single record on which the exporter broke this often, while others went well, is let go. */
const poisonFaults = 3

/**
 * Moves records from the queues of its pipelines to one exporter: batches, repeats, `inFlight`, both lanes. It never gives
 * up on data that may still be delivered: only the other side's refusal, or a record that alone breaks the exporter, ends a record.
 */
export class Destination {
  readonly name: string
  readonly #readers: QueueReader[] = []
  readonly #exporter: Supervised<Exporter>
  readonly #settings: ExporterSettings
  readonly #parts: SupervisionParts
  readonly #slots: Slots
  readonly #pause: Pause
  readonly #stop = new AbortController()
  readonly #hurry = new AbortController()
  readonly #running = new Set<Promise<void>>()
  readonly #held = new HeldRuns()
  #successes = 0
  #settledRuns = 0

  constructor(exporter: Supervised<Exporter>, settings: ExporterSettings, parts: SupervisionParts) {
    this.name = exporter.name
    this.#exporter = exporter
    this.#settings = settings
    this.#parts = parts
    this.#slots = new Slots(
      () => exporter.current?.inFlight ?? 1,
      () => this.#readers.some((reader) => reader.status().backlog.records > 0),
    )
    this.#pause = new Pause({ firstMs: settings.retryFirstMs, maxMs: settings.retryMaxMs }, parts.clock)
  }

  /** Whether the last attempts failed, for health. */
  get isFailing(): boolean {
    return this.#pause.failures >= outageFailures
  }

  /** How many runs have been done with: while it grows, there is progress. */
  get settledRuns(): number {
    return this.#settledRuns
  }

  /** Whether records wait, or are on their way. */
  get hasWork(): boolean {
    return !this.#held.isEmpty || this.#readers.some(hasWaiting)
  }

  /** What was taken from a pipeline's queue and is neither delivered nor given back. */
  held(reader: QueueReader, lane: Lane): HeldRecords {
    return this.#held.of(reader, lane)
  }

  /** One reader for each pipeline that ends here. */
  get readers(): readonly QueueReader[] {
    return this.#readers
  }

  /** Adds a pipeline's queue. Before `run`. */
  attach(reader: QueueReader): void {
    this.#readers.push(reader)
  }

  /** Runs until `stop`, or until every queue is closed and empty. */
  async run(): Promise<void> {
    do {
      await Promise.all(this.#readers.flatMap((reader) => lanes.map((lane) => this.#drain(reader, lane))))
      await Promise.all(this.#running)
    } while (!this.#stop.signal.aborted && this.#readers.some(hasWaiting)) // What was given back last.
  }

  /** Waits for nothing any more: the program is about to end. What waits for another attempt is tried at once. */
  hurry(): void {
    this.#hurry.abort()
    this.#pause.hurry()
  }

  /** Ends at once: what is not settled stays in the queue. */
  stop(): void {
    this.#hurry.abort()
    this.#stop.abort()
    this.#slots.recall()
  }

  async #drain(reader: QueueReader, lane: Lane): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const taken = await this.#gather(reader, lane)
      if (taken === undefined) return
      this.#held.add(taken, reader)
      if (!(await this.#slots.acquire(lane, () => this.#giveBack(reader, taken)))) continue
      const running = this.#deliver(reader, taken).finally(() => {
        this.#running.delete(running)
        this.#slots.free(lane)
      })
      this.#running.add(running)
    }
  }

  /** Takes a run; one that is short is given a moment to grow. */
  async #gather(reader: QueueReader, lane: Lane): Promise<Taken | undefined> {
    const { batchRecords, batchBytes, batchAfterMs } = this.#settings
    const { signal } = this.#stop
    const limits = { records: batchRecords, bytes: batchBytes }
    const taken = await reader.take(lane, limits, signal)
    if (taken?.kind !== 'batch' || batchAfterMs === 0 || taken.batch.records.length >= batchRecords) return taken
    await this.#parts.clock.sleep(batchAfterMs, this.#hurry.signal).catch(() => undefined)
    if (signal.aborted || reader.status()[lane].records === 0) return taken
    reader.release(taken)
    return reader.take(lane, limits, signal)
  }

  /** Until the run is settled, or the destination stops and it goes back. */
  async #deliver(reader: QueueReader, taken: Taken): Promise<void> {
    const isDone = taken.kind === 'gap' ? await this.#deliverGap(taken) : await this.#deliverBatch(taken, reader)
    if (!isDone) return this.#giveBack(reader, taken)
    this.#settledRuns++
    this.#held.remove(taken)
    reader.settle(taken)
  }

  #giveBack(reader: QueueReader, taken: Taken): void {
    this.#held.remove(taken)
    reader.release(taken)
  }

  async #deliverBatch({ batch }: TakenBatch, reader: QueueReader): Promise<boolean> {
    let parts: Rest = [{ batch, attempts: 0, faults: 0, successesBefore: 0 }]
    while (!this.#stop.signal.aborted) {
      const [part, ...further] = parts
      if (part === undefined) return true
      const rest = await this.#attempt(part, reader)
      const isSuspect = rest.some(({ faults }) => faults > 0)
      parts = isSuspect ? [...further, ...rest] : [...rest, ...further]
      // Alone in its batch, a record that breaks the exporter can only be told from a broken exporter beside others.
      if (isSuspect && parts.length === 1 && batch.records.length === 1) return false
    }
    return false
  }

  async #deliverGap({ gap, lane }: TakenGap): Promise<boolean> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      const error = await this.#call(
        (exporter, callSignal) => exporter.gap?.(gap, lane, callSignal) ?? Promise.resolve(),
      )
      const isOver = error === undefined || ('thrown' in error && verdictOf(error.thrown) === 'reject')
      if (signal.aborted && !isOver) return false
      if (!isOver) continue
      const records = Number(gap.last - gap.first) + 1
      this.#parts.meter.count('headwatch_gap_records_total', records, { destination: this.name, reason: gap.reason })
      return true
    }
    return false
  }

  async #attempt(part: Part, reader: QueueReader): Promise<Rest> {
    const { meter } = this.#parts
    const { batch, attempts } = part
    await this.#pause.over(this.#stop.signal)
    if (this.#stop.signal.aborted) return [part]
    if (attempts > 0) meter.count('headwatch_redelivered_total', batch.records.length, { destination: this.name })
    let outcome: ExportOutcome | undefined
    const failed = await this.#call(async (exporter, signal) => {
      outcome = (await exporter.export(batch, signal)) ?? undefined
      if (outcome !== undefined && outcome.kept.length >= batch.records.length && batch.records.length > 0)
        throw new RetryableError('the whole batch was kept')
    })
    const again = { ...part, attempts: attempts + 1 }
    if (failed === undefined) return this.#delivered(again, outcome, reader)
    if (this.#stop.signal.aborted) return [part]
    switch (verdictOf(failed.thrown)) {
      case 'retry':
        return [again]
      case 'reject':
        await this.#letGo(batch, reader, batch.records.keys(), 'rejected', messageOf(failed.thrown))
        this.#parts.logger.warn('a destination refused a batch', {
          destination: this.name,
          reason: messageOf(failed.thrown),
          records: batch.records.length,
        })
        return []
      case 'fault':
        return this.#suspect(again, reader, messageOf(failed.thrown))
    }
  }

  /** One call of the exporter, with everything that follows from how it ended except what becomes of the records. */
  async #call(
    use: (exporter: Exporter, signal: AbortSignal) => Promise<void>,
  ): Promise<{ readonly thrown: unknown } | undefined> {
    const { signal } = this.#stop
    let exporter: Exporter | undefined
    try {
      await this.#pause.over(signal)
      exporter = await this.#exporter.get(signal)
      const used = exporter
      await withDeadline(
        (callSignal) => use(used, callSignal),
        this.#settings.exportTimeoutMs,
        this.#parts.clock,
        signal,
      )
      this.#succeeded()
      return undefined
    } catch (thrown) {
      if (!signal.aborted) await this.#failed(thrown, exporter)
      return { thrown }
    }
  }

  #succeeded(): void {
    this.#successes++
    this.#exporter.succeeded()
    if (this.#pause.succeeded() < outageFailures) return
    this.#parts.logger.info('a destination is back', { destination: this.name })
    this.#slots.recall()
    for (const reader of this.#readers) reader.split()
  }

  async #failed(thrown: unknown, exporter: Exporter | undefined): Promise<void> {
    const verdict = verdictOf(thrown)
    if (verdict === 'reject') return
    const { meter, logger } = this.#parts
    const wasFailing = this.isFailing
    this.#pause.failed(retryAfterOf(thrown))
    meter.count('headwatch_retries_total', 1, { destination: this.name })
    if (!wasFailing && this.isFailing)
      logger.warn('a destination does not take data; it is tried again and again', {
        destination: this.name,
        reason: messageOf(thrown),
      })
    if (verdict === 'fault') await this.#exporter.fault(thrown, exporter)
  }

  /** Counts what came of a call that resolved. Returns what is to be sent again. */
  async #delivered(part: Part, outcome: ExportOutcome | undefined, reader: QueueReader): Promise<Rest> {
    const { batch } = part
    const { kept, rejected, skipped, sentCount } = recordFates(batch, outcome)
    const { meter } = this.#parts
    if (sentCount > 0) meter.count('headwatch_sent_total', sentCount, { destination: this.name })
    for (const [reason, { length }] of skipped)
      meter.count('headwatch_dropped_total', length, { at: this.name, reason: `skipped_${reason}`.slice(0, 60) })
    for (const [reason, indices] of rejected)
      await this.#letGo(batch, reader, indices, `rejected_${reason}`.slice(0, 60), reason)
    if (kept.length === 0) return []
    return [{ ...part, batch: only(batch, kept) }]
  }

  /** Finds the one record that breaks the exporter by halves. It is let go only once others went well meanwhile. */
  async #suspect(part: Part, reader: QueueReader, why: string): Promise<Rest> {
    const { batch, faults } = part
    if (batch.records.length > 1)
      return halves(batch).map((half) => ({ ...part, batch: half, faults: 1, successesBefore: this.#successes }))
    const isPoison = faults + 1 >= poisonFaults && this.#successes > part.successesBefore
    if (!isPoison)
      return [{ ...part, faults: faults + 1, successesBefore: faults === 0 ? this.#successes : part.successesBefore }]
    await this.#letGo(batch, reader, batch.records.keys(), 'poison', `the exporter breaks on it: ${why}`)
    this.#parts.logger.error('a record breaks an exporter and is let go', { destination: this.name })
    return []
  }

  #letGo(
    batch: Batch,
    reader: QueueReader,
    indices: Iterable<number>,
    reason: string,
    sentence: string,
  ): Promise<void> {
    return letGo({ name: this.name, reader }, batch, indices, { reason, sentence }, this.#parts)
  }
}

function hasWaiting(reader: QueueReader): boolean {
  return waitingOf(reader).records > 0
}
