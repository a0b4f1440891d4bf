import { z } from 'zod'

/** The `access:` part of a server's configuration. */
export const admissionSettings = z.object({
  operatorTokenFile: z
    .string()
    .optional()
    .describe(
      'File whose first line is the operators’ token, or sha256: and its hash. Without it only loopback may act.',
    ),
  loopback: z
    .enum(['operator', 'viewer'])
    .default('operator')
    .describe('What a browser on this machine may do without a token. Say viewer behind a proxy on this machine.'),
  viewersSee: z
    .enum(['no_addresses', 'addresses'])
    .default('no_addresses')
    .describe('Whether viewers see addresses and contacts of nodes.'),
  tokensFile: z
    .string()
    .optional()
    .describe('JSON file of tokens you issued: agent name to sha256: and the hash of its token. Never written.'),
  unknownAgents: z
    .enum(['bind', 'refuse'])
    .default('bind')
    .describe('What happens to a new agent with a token: its name is bound to that token, or it is refused.'),
  bindingsFile: z
    .string()
    .default('data/agents.json')
    .describe('Where the server keeps which name is bound to which token, as hashes.'),
  maxBoundAgents: z
    .int()
    .min(0)
    .default(100_000)
    .describe('Most names bound by themselves; further agents are refused.'),
  sharedSecrets: z
    .array(z.string().min(1))
    .default([])
    .describe('Secrets of clients that speak ethstats. Without any, only those on this machine are let in.'),
  reservedNames: z
    .array(z.string().min(1))
    .default([])
    .describe('Agent names that only an entry in tokensFile may use.'),
  banned: z.array(z.string().min(1)).default([]).describe('Agent names and addresses that are refused.'),
  maxConnectionsPerAddress: z
    .int()
    .min(1)
    .default(500)
    .describe('Most agents connected from one address at once; this machine’s own are not counted.'),
})

export type AdmissionSettings = z.infer<typeof admissionSettings>
