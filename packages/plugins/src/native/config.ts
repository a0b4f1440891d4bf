import { z } from 'zod'

const endpoint = z
  .string()
  .regex(
    /^((wss?|https?):\/\/[^@?#\s]+|in_process:[a-z0-9_-]{1,64})$/,
    'must be ws://host:port, wss://host, the same with http or https, or in_process:<name>, without credentials: those are `token`',
  )
  .refine((address) => address.startsWith('in_process:') || URL.canParse(address), 'is no address')

/** Servers take agents without a token from their own machine only. */
const needsToken = /^[a-z]+:\/\/(?!(localhost|127\.\d+\.\d+\.\d+|\[::1\])([:/]|$))/

const file = (meaning: string) => z.string().min(1).optional().describe(meaning)

const exporterKeys = z.strictObject({
  endpoint: endpoint
    .default('ws://127.0.0.1:3000/agent')
    .describe(
      'The server, ws or wss; without a path it is /agent. http or https where the network lets no WebSocket through. in_process:<name> is a server of the same program.',
    ),
  token: z
    .string()
    .max(1_024)
    .default('')
    .describe('Proves that the name is this agent’s. Any long random text: the server remembers the first it hears.'),
  caFile: file('PEM file of who may have signed the certificate of a wss server; the system’s own when absent.'),
  certFile: file('PEM file of the certificate to show to a wss server that asks for one.'),
  keyFile: file('PEM file of the key of `certFile`.'),
  inFlight: z.int().min(1).max(256).default(8).describe('Batches sent and not acknowledged at one time.'),
  connectTimeoutMs: z
    .int()
    .min(100)
    .default(10_000)
    .describe('Give up on a connection that is not welcomed after this long.'),
})

export const exporterConfig = exporterKeys.refine(({ endpoint, token }) => token !== '' || !needsToken.test(endpoint), {
  path: ['token'],
  message:
    'is needed for a server on another machine: any long random text, kept; flags alone take it from HEADWATCH_TOKEN or --token-file',
})

export const receiverConfig = z.strictObject({
  listen: z
    .string()
    .regex(/^(\/[\w./-]*|in_process:[a-z0-9_-]{1,64})$/, 'must be a path such as /agent, or in_process:<name>')
    .default('/agent')
    .describe('Path of the WebSocket that agents connect to; in_process:<name> for agents of the same program.'),
  relays: z
    .array(z.string().min(1).max(256))
    .default([])
    .describe(
      'Agents that are servers of yours and pass on what others numbered: they are believed about whose records they send. Give each a token.',
    ),
  maxConnections: z.int().min(1).default(20_000).describe('Further connections are turned away.'),
  acceptPerSecond: z
    .int()
    .min(1)
    .default(2_000)
    .describe('Agents let in within a second; further ones are asked to come back within `restartSpreadMs`.'),
  heartbeatMs: z
    .int()
    .min(100)
    .default(15_000)
    .describe('Each side says something this often; three times as long a silence is the end.'),
  ackDelayMs: z.int().min(0).max(2_000).default(200).describe('How long an acknowledgement may wait for others.'),
  helloTimeoutMs: z.int().min(100).default(10_000).describe('A connection that has not said hello by then is closed.'),
  creditRecords: z.int().min(1).default(10_000).describe('Records one agent may have sent and not seen acknowledged.'),
  creditBytes: z
    .int()
    .min(1_024)
    .default(16_777_216)
    .describe('Bytes one agent may have sent and not seen acknowledged.'),
  frameBytes: z.int().min(4_096).max(16_777_216).default(1_048_576).describe('A longer frame closes the connection.'),
  batchRecords: z.int().min(1).max(65_536).default(1_000).describe('A batch of more numbers closes the connection.'),
  collectEveryMs: z
    .int()
    .min(0)
    .default(0)
    .describe('The interval agents are asked to collect at; 0 leaves it to them.'),
  retryAfterMs: z.int().min(0).default(1_000).describe('When an agent sends again what the pipeline could not take.'),
  restartSpreadMs: z
    .int()
    .min(0)
    .default(30_000)
    .describe('A server that stops asks its agents to come back within this time, each at a random moment.'),
})

export type NativeExporterConfig = z.infer<typeof exporterConfig>
export type NativeReceiverConfig = z.infer<typeof receiverConfig>
