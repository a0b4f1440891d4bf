import { z } from 'zod'

const mebibyte = 1_048_576

const ms = (meaning: string) => z.int().min(0).max(86_400_000).describe(`${meaning}, in milliseconds.`)

/** Host-side keys of every collector. */
export const collectorSettings = z.object({
  everyMs: ms('Time between the starts of two rounds').min(100).default(5_000),
  roundTimeoutMs: ms('A round from which nothing comes for this long is ended; the next one tries again')
    .min(100)
    .default(30_000),
  node: z.string().min(1).max(256).optional().describe('Node the readings are of; the agent’s own when absent.'),
})

/** When the records of a queue are removed. */
const retention = z
  .enum(['sent', 'acked', 'wrap'])
  .describe(
    'When a record is done with: once sent, once the other side owns it, or only when `wrapBytes` or `wrapAgeMs` say so (with a queue in memory as `sent`).',
  )

/** Host-side keys of every exporter. */
export const exporterSettings = z.object({
  retention: retention.default('sent'),
  wrapBytes: z
    .int()
    .min(1_024)
    .default(32 * mebibyte)
    .describe('With `retention: wrap`: bytes of newer records after which one is let go, delivered or not.'),
  wrapAgeMs: z
    .int()
    .min(1_000)
    .default(7 * 86_400_000)
    .describe('With `retention: wrap`: time the queue has run after which a record is let go, in milliseconds.'),
  batchRecords: z.int().min(1).max(10_000).default(100).describe('Most records in one batch.'),
  batchBytes: z
    .int()
    .min(1_024)
    .max(64 * mebibyte)
    .default(mebibyte)
    .describe('Most bytes in one batch.'),
  batchAfterMs: ms('How long a batch that is not full may wait for more').default(0),
  exportTimeoutMs: ms('A call that takes longer is ended and repeated').min(100).default(60_000),
  retryFirstMs: ms('Longest wait before the first repeat; doubled with each further one').min(1).default(1_000),
  retryMaxMs: ms('Longest wait between two repeats').min(1).default(15_000),
})

/** The queue in front of a pipeline's exporters. */
const queueSettings = z.object({
  keep: z
    .enum(['disk', 'memory'])
    .default('disk')
    .describe('Where what waits is kept: in the data folder, where it outlives the program, or in memory.'),
  records: z.int().min(1).default(1_000_000).describe('Most records in the queue.'),
  bytes: z
    .int()
    .min(1_024)
    .default(64 * mebibyte)
    .describe('Most bytes in the queue; on disk all of its files count.'),
  whenFull: z
    .enum(['wait', 'drop_oldest', 'drop_newest'])
    .default('drop_oldest')
    .describe('What a full queue does: hold the collectors back, or let the oldest or the newest records go.'),
  stuckAfterMs: ms('Data that waits this long while nothing is delivered raises the alarm `queue_stuck`')
    .min(1_000)
    .default(300_000),
})

/** What an acknowledgement promises. */
const acknowledge = z
  .enum(['memory', 'disk', 'stored'])
  .describe(
    'When a sender is answered: once its data is in memory, on disk, or committed in the store. Left out, as much as the pipeline can promise.',
  )

export const pipelineSettings = z.object({
  from: z.array(z.string()).min(1).describe('Collectors and receivers, by name.'),
  through: z.array(z.string()).default([]).describe('Processors in their order, by name.'),
  to: z.array(z.string()).min(1).describe('Exporters and stores, by name.'),
  acknowledge: acknowledge.default('stored'),
  queue: queueSettings.prefault({}).describe('The queue in front of this pipeline’s exporters.'),
})

export type CollectorSettings = z.infer<typeof collectorSettings>
export type ExporterSettings = z.infer<typeof exporterSettings>
export type PipelineSettings = z.infer<typeof pipelineSettings>
