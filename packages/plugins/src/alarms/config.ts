import { z } from 'zod'

const severity = z.enum(['critical', 'major', 'minor', 'warning', 'indeterminate'])

export const config = z.object({
  onDelayMs: z
    .int()
    .min(0)
    .default(10_000)
    .describe('A node must stay silent this long before its alarm is raised, in milliseconds.'),
  offDelayMs: z
    .int()
    .min(0)
    .default(5_000)
    .describe('A node must stay heard this long before its alarm is cleared, in milliseconds.'),
  startDelayMs: z
    .int()
    .min(0)
    .default(120_000)
    .describe('How long nodes may take to come back after a start of the server before they count, in milliseconds.'),
  groupAtLeast: z
    .int()
    .min(2)
    .default(5)
    .describe('From this many nodes of one network that a broken path silenced together, one alarm stands for all.'),
  groupWithinMs: z
    .int()
    .min(1)
    .default(10_000)
    .describe('Nodes that fell silent within this time of each other did so together, in milliseconds.'),
  nodeSeverity: severity.default('major').describe('Severity where the Ethereum client is the cause.'),
  agentSeverity: severity.default('minor').describe('Severity where the agent is the cause.'),
  pathSeverity: severity.default('major').describe('Severity where the path between agent and server is the cause.'),
  unclearSeverity: severity.default('warning').describe('Severity where the cause is unclear.'),
  maxAlarms: z.int().min(1).default(10_000).describe('Most alarms remembered; cleared ones are forgotten first.'),
})

export type NodeSilenceConfig = z.infer<typeof config>
