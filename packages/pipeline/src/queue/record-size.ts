import type { TelemetryRecord } from '@headwatch/protocol'

/** About what a record takes in memory, in bytes: cheap, and the same for the same record, so that bounds add up. */
export function sizeOf(record: TelemetryRecord): number {
  return payloadSizeOf(record) + (record.identity === undefined ? 0 : 150)
}

function payloadSizeOf(record: TelemetryRecord): number {
  switch (record.type) {
    case 'metrics':
      return 160 + 48 * Object.keys(record.readings).length
    case 'log':
      return (
        200 + 2 * (record.message.length + record.application.length) + 64 * Object.keys(record.fields ?? {}).length
      )
    case 'block':
      return 700 + (record.block.extraData?.length ?? 0)
    case 'alarm':
      return 300 + 2 * record.text.length
    case 'node':
      return 500
    case 'block_timing':
    case 'session':
    case 'gap':
      return 250
  }
}
