import { z } from 'zod'

export const config = z.object({
  mounts: z.array(z.string()).default([]).describe('Mount points to measure; empty measures every disk-backed one.'),
  interfaces: z
    .array(z.string())
    .default([])
    .describe('Network interfaces to measure; empty measures all but loopback.'),
  clientProcess: z
    .string()
    .default('')
    .describe('Name of the Ethereum client process, as in /proc/PID/comm; empty looks for the well-known ones.'),
  procFolder: z.string().default('/proc').describe('Where procfs is mounted.'),
})

export type HostConfig = z.infer<typeof config>
