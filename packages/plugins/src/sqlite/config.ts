import { z } from 'zod'

const mebibyte = 1_048_576

export const config = z.strictObject({
  folder: z
    .string()
    .min(1)
    .default('./data')
    .describe('Folder for the files, made when missing. One program at a time.'),
  partitionMinutes: z.int().min(1).max(60).default(10).describe('A new file is begun after this long.'),
  keepHours: z
    .int()
    .min(1)
    .default(24)
    .describe('Files older than this are removed. Nodes, alarms and latest values are kept.'),
  maxBytes: z
    .int()
    .min(16 * mebibyte)
    .default(20 * 1_024 * mebibyte)
    .describe('Size of all files together; beyond it the oldest are removed early.'),
  commitEveryMs: z
    .int()
    .min(0)
    .max(1_000)
    .default(20)
    .describe('Shortest time from one commit to the next; what arrives meanwhile shares one.'),
  maxWaitingRecords: z
    .int()
    .min(1_000)
    .default(200_000)
    .describe('Records that may wait for a commit; more are refused for now.'),
  maxQuestions: z
    .int()
    .min(1)
    .max(1_000)
    .default(64)
    .describe('Questions that may wait at once; more are refused for now.'),
})

export type SqliteConfig = z.infer<typeof config>
