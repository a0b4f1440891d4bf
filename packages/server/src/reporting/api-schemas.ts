import { z } from 'zod'

/** A number that may pass 2^53, as decimal text. */
const decimal = z.string().regex(/^-?\d+$/)
const hash = z.string().regex(/^0x[0-9a-f]{64}$/)
const counts = z.record(z.string(), z.int())

export const completeness = z
  .object({
    reported: z.int().describe('Nodes that are heard.'),
    known: z.int().describe('Nodes known.'),
    oldestMs: z.number().describe('Age of the oldest report among them, in milliseconds.'),
    dropped: z.int().describe('Records let go since the server started, for any reason.'),
    missing: z.int().describe('Records that agents declared as never coming, since the server started.'),
  })
  .meta({ id: 'Completeness' })

const block = z.looseObject({ number: decimal, hash, parentHash: hash, timestampS: z.number() }).meta({ id: 'Block' })

export const seenBlock = z
  .object({ block, firstSeenAt: z.number(), firstSeenBy: z.string(), nodes: z.int(), canonical: z.boolean() })
  .meta({ id: 'SeenBlock' })

export const networkSummary = z
  .looseObject({
    network: z.string(),
    name: z.string(),
    chainId: decimal.optional(),
    genesis: hash.optional(),
    head: seenBlock.optional(),
    blockTimeS: z.number().optional().describe('Mean over the last 100 blocks, in seconds.'),
    nodes: z.int(),
    byActivity: counts,
    silentBy: counts,
    propagation: z.array(z.object({ fromMs: z.number(), count: z.int() })),
    clockErrorMs: z.number(),
  })
  .meta({ id: 'Network' })

export const nodeState = z
  .looseObject({
    node: z.string(),
    agent: z.string(),
    network: z.string(),
    activity: z.enum(['in_sync', 'behind', 'syncing', 'other_head', 'silent', 'unknown']),
    firstSeenAt: z.number(),
    lastSeenAt: z.number(),
    uptime: z.number().describe('Share of the time since it was first seen, 0 to 1.'),
  })
  .meta({ id: 'Node' })

export const series = z
  .object({
    name: z.string(),
    labels: z.record(z.string(), z.string()),
    points: z.array(
      z.object({
        at: z.number(),
        min: z.number(),
        max: z.number(),
        mean: z.number(),
        last: z.number(),
        count: z.int(),
      }),
    ),
  })
  .meta({ id: 'Series' })

export const gap = z
  .object({
    agent: z.string(),
    stream: z.string(),
    epoch: z.string(),
    first: decimal,
    last: decimal,
    reason: z.enum(['wrapped', 'dropped', 'quarantined', 'lost']),
    storedAt: z.number(),
  })
  .meta({ id: 'Gap', description: 'Numbers of an agent’s log that will never come, both ends included, and why.' })

export const alarm = z
  .looseObject({
    key: z.object({ resource: z.string(), alarmType: z.string(), qualifier: z.string() }),
    condition: z.enum(['raised', 'cleared']),
    severity: z.string(),
    text: z.string(),
    repair: z.string().optional().describe('What to do about it, one sentence.'),
    version: z.int(),
  })
  .meta({ id: 'Alarm' })

export const failure = z
  .object({ error: z.object({ code: z.string(), message: z.string() }) })
  .meta({ id: 'Failure', description: 'What went wrong: a code that never changes its meaning, and a sentence.' })
