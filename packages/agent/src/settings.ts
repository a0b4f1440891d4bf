import { z } from 'zod'

/** The `program:` part of an agent's configuration. */
export const programSettings = z.object({
  folder: z
    .string()
    .min(1)
    .default('./data')
    .describe('Folder for what has to outlive the program: what waits for a destination. One program at a time.'),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('How much is logged.'),
  drainMs: z
    .int()
    .min(0)
    .default(5_000)
    .describe('How long a stopping agent may take to send what it holds, in milliseconds.'),
})

export type ProgramSettings = z.infer<typeof programSettings>
