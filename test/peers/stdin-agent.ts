// An agent whose records are the lines of its standard input: node test/peers/stdin-agent.ts ENDPOINT NAME RECORDS KEPT
// The pipeline and the native exporter as they are; the token comes from HEADWATCH_TOKEN.
import { createInterface } from 'node:readline'
import { jsonLogger, MemoryQueue, MetricRegistry, startPipelines, systemClock } from '@headwatch/pipeline'
import { nativeExporterPlugin } from '@headwatch/plugins/native'
import { defineCollector, type Plugin, type Schema } from '@headwatch/sdk'

const [endpoint = '', name = '', keeps = '1000'] = process.argv.slice(2)
const { HEADWATCH_TOKEN: token = '' } = process.env

const lines = createInterface({ input: process.stdin })
// Whoever started it is gone.
lines.once('close', () => process.exit())
const nothing: Schema<object> = { '~standard': { version: 1, vendor: 'none', validate: () => ({ value: {} }) } }
const collector = defineCollector({
  name: 'lines',
  summary: 'Yields the lines of standard input.',
  stability: 'experimental',
  config: nothing,
  create: () => ({
    async *collect() {
      for await (const message of lines) yield { type: 'log', severity: 6, application: 'stdin', message }
    },
  }),
})
const exporter = {
  retention: 'acked',
  wrapBytes: 1_048_576,
  wrapAgeMs: 60_000,
  batchRecords: 100,
  batchBytes: 1_048_576,
  batchAfterMs: 0,
  exportTimeoutMs: 60_000,
  retryFirstMs: 50,
  retryMaxMs: 200,
} as const

await startPipelines(
  {
    self: { agent: name, node: name },
    collectors: [
      {
        name: 'lines',
        plugin: collector as Plugin<'collector'>,
        config: {},
        settings: { everyMs: 100, roundTimeoutMs: 86_400_000 },
      },
    ],
    receivers: [],
    processors: [],
    stores: [],
    exporters: [
      {
        name: 'native',
        plugin: nativeExporterPlugin as Plugin<'exporter'>,
        config: { endpoint, token, inFlight: 8, connectTimeoutMs: 5_000 },
        settings: exporter,
      },
    ],
    pipelines: [
      {
        name: 'main',
        from: ['lines'],
        through: [],
        to: ['native'],
        acknowledge: 'memory',
        queue: {
          keep: 'memory',
          stuckAfterMs: 60_000,
          records: Number(keeps),
          bytes: 1_048_576,
          whenFull: 'drop_oldest',
        },
      },
    ],
  },
  {
    clock: systemClock,
    logger: jsonLogger('warn', name),
    metrics: new MetricRegistry(),
    lent: {},
    epoch: `${process.pid}-${Date.now()}`,
    makeQueue: (source, { queue }) => new MemoryQueue(source, { limits: queue, whenFull: queue.whenFull }),
  },
)
