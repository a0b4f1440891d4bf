import { type Exporter, RejectedError } from '@headwatch/sdk'
import type { Instance } from '../plan.ts'
import type { ReaderOptions } from '../queue/queue.ts'
import type { ExporterSettings } from '../settings.ts'

/** What a destination's `retention` asks of the log. */
export function readerOptions({ retention, wrapBytes, wrapAgeMs }: ExporterSettings): ReaderOptions {
  return retention === 'wrap' ? { wrap: { bytes: wrapBytes, ageMs: wrapAgeMs } } : {}
}

/** @throws {RejectedError} without an acknowledgement nobody can know when the other side owns a record. */
export function checkRetention({ name, settings }: Instance<'exporter'>, exporter: Exporter | undefined): void {
  if (settings.retention !== 'acked' || exporter === undefined || exporter.acknowledges === true) return
  throw new RejectedError(
    `the exporter "${name}" gets no acknowledgements, so "retention: acked" cannot be kept; say "retention: sent"`,
  )
}
