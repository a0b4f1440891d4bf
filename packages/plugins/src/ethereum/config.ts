import { z } from 'zod'

export const config = z.object({
  endpoint: z
    .url({ protocol: /^https?$/ })
    .default('http://127.0.0.1:8545')
    .describe('JSON-RPC address of the Ethereum client, http or https.'),
  timeoutMs: z.int().min(100).max(60_000).default(4_000).describe('Give up on one round of calls after this long.'),
  maxReplyBytes: z
    .int()
    .min(65_536)
    .default(16_777_216)
    .describe('A longer reply is not read to its end; the round fails.'),
  maxCatchUpBlocks: z
    .int()
    .min(0)
    .max(256)
    .default(32)
    .describe('How many blocks between two rounds are fetched one by one; of a longer way only the newest.'),
})

export type EthereumConfig = z.infer<typeof config>
