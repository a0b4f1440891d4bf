import { defineProcessor } from '@headwatch/sdk'
import { z } from 'zod'

const config = z.strictObject({
  labels: z
    .record(z.string().min(1).max(64), z.string().max(256))
    .default({})
    .describe('Added to every metric set. A label that the set has already is left as it is.'),
})

/** Tells series of several places apart: `labels: { site: frankfurt }`. */
export const labelAdder = defineProcessor({
  name: 'label_adder',
  summary: 'Adds the same labels to every metric set that passes.',
  stability: 'experimental',
  config,
  create: ({ labels }) => ({
    process: (record) => (record.type === 'metrics' ? { ...record, labels: { ...labels, ...record.labels } } : record),
  }),
})
