import type { Gap, Source, Telemetry, TelemetryRecord } from '@headwatch/protocol'
import type { Accept, Meter, Position } from '@headwatch/sdk'
import type { Intake } from './intake.ts'
import { Numbering } from './numbering.ts'
import { worstOf } from './worst-of.ts'

export interface EntranceOptions {
  /** The collector's or receiver's name, for counting. */
  readonly name: string
  /** Under which items without a position are numbered. */
  readonly source: Source
  /** Every pipeline that this instance feeds; all of them see the same numbers. */
  readonly intakes: readonly Intake[]
  /** Fills in what an item leaves out. */
  readonly complete: (item: Telemetry) => TelemetryRecord
  readonly meter: Meter
}

/** What a collector or receiver is lent to hand telemetry over. */
export function entrance({ name, source, intakes, complete, meter }: EntranceOptions): Accept {
  const numbering = new Numbering(source)
  const labels = { from: name }

  async function accept(items: readonly Telemetry[], position?: Position): Promise<void> {
    if (items.length === 0 && position === undefined) return
    for (const intake of intakes) intake.checkReady()
    meter.count('headwatch_received_total', items.length, labels)
    const records = items.map(complete)
    const batch = position === undefined ? numbering.number(records) : { count: records.length, ...position, records }
    const own = position === undefined ? numbering : undefined
    await worstOf(intakes.map((intake) => intake.take(batch, own)))
  }

  async function gap(missing: Gap): Promise<void> {
    meter.count('headwatch_gap_records_total', Number(missing.last - missing.first) + 1, {
      from: name,
      reason: missing.reason,
    })
    await worstOf(intakes.map((intake) => intake.closeGap(missing)))
  }

  return Object.assign(accept, { gap })
}
