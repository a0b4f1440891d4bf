import type { Batch, TelemetryRecord } from '@headwatch/protocol'
import { checkHandoverSink } from '@headwatch/protocol/testkit'
import { type Accept, RejectedError, RetryableError } from '@headwatch/sdk'
import { coreSink } from './core-sink.ts'

checkHandoverSink('core in the same process', async () => {
  const owned: Batch[] = []
  let behave = (_batch: Batch): 'own' | 'reject' | 'later' => 'own'
  const accept: Accept = Object.assign(
    async (records: Parameters<Accept>[0], position?: Parameters<Accept>[1]) => {
      if (position === undefined) return
      const batch: Batch = { count: records.length, ...position, records: records as readonly TelemetryRecord[] }
      const how = behave(batch)
      if (how === 'reject') throw new RejectedError('no')
      if (how === 'later') throw new RetryableError('full')
      owned.push(batch)
    },
    { gap: async () => undefined },
  )
  return {
    sink: coreSink(accept, 1_000),
    owned: () => owned,
    behave: (how) => {
      behave = how
    },
  }
})
