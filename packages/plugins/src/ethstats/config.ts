import { z } from 'zod'

export const receiverConfig = z.object({
  path: z
    .string()
    .regex(/^\/[\w./-]*$/)
    .default('/api')
    .describe('Path of the WebSocket that agents connect to; the clients built into nodes always use /api.'),
  maxFrameBytes: z
    .int()
    .min(65_536)
    .max(33_554_432)
    .default(10_485_760)
    .describe('A longer frame ends the connection, in bytes. Clients that send whole transactions need megabytes.'),
  maxHelloBytes: z
    .int()
    .min(1_024)
    .max(1_048_576)
    .default(65_536)
    .describe('The same for whoever has not said hello yet, in bytes.'),
  maxConnections: z.int().min(1).max(1_000_000).default(15_000).describe('Further connections are turned away.'),
  maxFramesPerSecond: z
    .int()
    .min(10)
    .max(100_000)
    .default(200)
    .describe('What one connection sends beyond it in a second is counted and not read.'),
  helloWithinMs: z
    .int()
    .min(1_000)
    .max(300_000)
    .default(10_000)
    .describe('Whoever has not said hello after this long, in milliseconds, is turned away.'),
  maxSilenceMs: z
    .int()
    .min(10_000)
    .max(3_600_000)
    .default(75_000)
    .describe('A connection that was silent for this long, in milliseconds, is taken for dead.'),
  pingEveryMs: z
    .int()
    .min(1_000)
    .max(300_000)
    .default(22_000)
    .describe('How often a connection is pinged, in milliseconds. Some clients leave after 30 seconds of silence.'),
  maxWaitingItems: z
    .int()
    .min(100)
    .max(10_000_000)
    .default(20_000)
    .describe(
      'Items that may wait for a slow pipeline; further ones are dropped and counted, as old clients cannot wait.',
    ),
})

export type EthstatsReceiverConfig = z.infer<typeof receiverConfig>

export const exporterConfig = z.object({
  endpoint: z
    .url({ protocol: /^wss?$/ })
    .regex(/^[^@]*$/, 'credentials do not belong into an address: use `secret`')
    .default('ws://127.0.0.1:3000/api')
    .describe('The server, ws or wss, without credentials; without a path it is /api.'),
  secret: z.string().default('').describe('The shared secret of the server. Sent in the first frame, never logged.'),
  name: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('What the server shows for this machine’s own node; its node id when absent. Unique on the server.'),
  contact: z.string().max(200).optional().describe('How to reach the operator; old servers show it to everyone.'),
  maxNodes: z
    .int()
    .min(1)
    .max(1_000)
    .default(64)
    .describe('The server knows one node for each connection; records of nodes beyond this are rejected.'),
  connectTimeoutMs: z
    .int()
    .min(100)
    .max(60_000)
    .default(5_000)
    .describe('Give up on one attempt to connect and be let in after this long, in milliseconds.'),
  pingEveryMs: z
    .int()
    .min(1_000)
    .max(25_000)
    .default(12_000)
    .describe(
      'How often the latency is measured, in milliseconds; old servers end a silent connection after 35 seconds.',
    ),
  staleAfterMs: z
    .int()
    .min(1_000)
    .default(30_000)
    .describe('Blocks older than this, in milliseconds, are only told when the server asks for history.'),
})

export type EthstatsExporterConfig = z.infer<typeof exporterConfig>
