import { z } from 'zod'

/** The `server:` part of a configuration. */
export const serverSettings = z.object({
  listen: z
    .string()
    .regex(/^(\[[0-9a-fA-F:]+\]|[^:[\]]+):\d{1,5}$/, 'must be host:port, for example 127.0.0.1:3000')
    .refine((address) => Number(address.slice(address.lastIndexOf(':') + 1)) <= 65_535, 'ports end at 65535')
    .default('127.0.0.1:3000')
    .describe('Address and port of everything the server offers: page, API, feed, agents.'),
  folder: z.string().min(1).default('./data').describe('Folder for what waits for exporters. One program at a time.'),
  name: z.string().min(1).max(64).default('headwatch').describe('What the server calls itself.'),
  trustedProxies: z
    .array(z.string())
    .default([])
    .describe('Addresses or CIDR ranges of proxies whose X-Forwarded-For is believed.'),
  maxConnections: z.int().min(1).default(18_000).describe('Most connections at once; a further one is answered 503.'),
  maxViewers: z.int().min(0).default(1_000).describe('Most browsers on the live feed at once.'),
  feedEveryMs: z
    .int()
    .min(100)
    .max(10_000)
    .default(250)
    .describe('Time between two updates of a view, in milliseconds.'),
  maxWaitingRecords: z.int().min(1_000).default(50_000).describe('Most records taken in and not yet in the pipeline.'),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('How much is logged.'),
  drainMs: z
    .int()
    .min(0)
    .default(10_000)
    .describe('How long a stopping server may take to bring out what it holds, in milliseconds.'),
})

export type ServerSettings = z.infer<typeof serverSettings>
