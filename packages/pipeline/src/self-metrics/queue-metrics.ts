import type { Clock, Meter } from '@headwatch/sdk'
import type { Destination } from '../delivery/destination.ts'
import type { PipelineQueue } from '../pipeline-queue.ts'
import type { QueueReader } from '../queue/queue.ts'

/** How every queue is: what waits for whom and since when, what it occupies, what is wrong with it. */
export class QueueMetrics {
  readonly #queues: readonly PipelineQueue[]
  readonly #destinations: ReadonlyMap<string, Destination>
  readonly #clock: Clock
  /** Orphans that were reported, by pipeline and destination: one that is gone is reported as nothing once more. */
  readonly #orphans = new Map<string, Readonly<Record<string, string>>>()

  constructor(queues: readonly PipelineQueue[], destinations: readonly Destination[], clock: Clock) {
    this.#queues = queues
    this.#destinations = new Map(destinations.map((destination) => [destination.name, destination]))
    this.#clock = clock
  }

  read(meter: Meter): void {
    for (const labels of this.#orphans.values()) setOrphan(meter, labels, 0, 0)
    this.#orphans.clear()
    for (const { pipeline, queue, readers } of this.#queues) {
      const labels = { pipeline: pipeline.name }
      for (const [destination, reader] of readers)
        this.#readLanes(meter, reader, this.#destinations.get(destination), { ...labels, destination })
      const { bytesOnDisk, quarantinedRecords, problem } = queue.health()
      meter.set('headwatch_queue_disk_bytes', bytesOnDisk, labels)
      meter.set('headwatch_queue_quarantined_records', quarantinedRecords, labels)
      meter.set('headwatch_queue_writable', problem === undefined ? 1 : 0, labels)
      for (const { destination, records, bytes } of queue.orphans()) {
        const orphan = { ...labels, destination }
        this.#orphans.set(`${pipeline.name}\n${destination}`, orphan)
        setOrphan(meter, orphan, records, bytes)
      }
    }
  }

  /** What a destination holds and has not delivered waits like the rest. */
  #readLanes(
    meter: Meter,
    reader: QueueReader,
    destination: Destination | undefined,
    labels: Readonly<Record<string, string>>,
  ): void {
    const status = reader.status()
    for (const lane of ['live', 'backlog'] as const) {
      const waiting = status[lane]
      const held = destination?.held(reader, lane)
      const oldestAt = Math.min(
        waiting.oldestAt ?? Number.POSITIVE_INFINITY,
        held?.oldestAt ?? Number.POSITIVE_INFINITY,
      )
      const ageMs = Number.isFinite(oldestAt) ? Math.max(0, this.#clock.now() - oldestAt) : 0
      meter.set('headwatch_queue_records', waiting.records + (held?.records ?? 0), { ...labels, lane })
      meter.set('headwatch_queue_bytes', waiting.bytes + (held?.bytes ?? 0), { ...labels, lane })
      meter.set('headwatch_queue_oldest_age_seconds', Math.round(ageMs) / 1_000, { ...labels, lane })
    }
  }
}

function setOrphan(meter: Meter, labels: Readonly<Record<string, string>>, records: number, bytes: number): void {
  meter.set('headwatch_queue_orphan_records', records, labels)
  meter.set('headwatch_queue_orphan_bytes', bytes, labels)
}
