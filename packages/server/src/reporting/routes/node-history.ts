import { toJson } from '@headwatch/protocol/reporting'
import { z } from 'zod'
import type { Api, ReportingParts } from '../api.ts'
import { ApiError } from '../api-error.ts'
import { completeness, failure, gap, series } from '../api-schemas.ts'
import { gapAnswer } from '../gap-answer.ts'
import { goneSignal, storeOf } from '../store-question.ts'

const params = z.object({ network: z.string().max(128), node: z.string().max(256) })
const unixMs = z.coerce.number().int().min(0).max(8.64e15)

const query = z.object({
  names: z
    .string()
    .max(2_000)
    .transform((text) => text.split(',').filter((name) => name !== ''))
    .pipe(z.array(z.string()).min(1).max(32))
    .describe('Names of readings, separated by commas: `peers_count,cpu_used_ratio`.'),
  from: unixMs.exactOptional().describe('Unix time in milliseconds; an hour before `to` when absent.'),
  to: unixMs.exactOptional().describe('Unix time in milliseconds; now when absent.'),
  points: z.coerce.number().int().min(1).max(2_000).default(300).describe('Into how many slots the range is cut.'),
})

/** Gaps of an agent that are looked through. */
const mostGaps = 100

/** One node's readings over time, down-sampled, and what is missing. Answered by the store; cancelled when the client goes away. */
export function nodeHistoryRoute(api: Api, parts: ReportingParts): void {
  const { network, clock, completenessOf } = parts
  const answer = z.object({
    from: z.number(),
    to: z.number(),
    series: z.array(series),
    gaps: z
      .array(gap)
      .describe('What the agent of the node declared within the range as never coming, newest first: 100 at most.'),
    completeness,
  })
  const schema = { params, querystring: query, response: { 200: answer, '4xx': failure } }
  api.get('/api/v1/networks/:network/nodes/:node/history', { schema }, async (request, reply) => {
    const { names, points } = request.query
    const to = request.query.to ?? clock.now()
    const from = request.query.from ?? to - 3_600_000
    if (from >= to) throw new ApiError(400, 'bad_range', '`from` must be before `to`.')
    const store = storeOf(parts)
    const gone = goneSignal(reply)
    const agent = network.node(request.params.network, request.params.node)?.agent
    const [found, gaps] = await Promise.all([
      store.series({ ...request.params, names, points, from, to }, gone),
      agent === undefined ? [] : store.gaps({ agent, limit: mostGaps }, gone),
    ])
    const within = gaps.filter(({ storedAt }) => from <= storedAt && storedAt < to).map(gapAnswer)
    const completeness = completenessOf(request.params.network)
    return toJson({ from, to, series: found, gaps: within, completeness }) as never
  })
}
