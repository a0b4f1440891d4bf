import { toJson } from '@headwatch/protocol/reporting'
import { z } from 'zod'
import type { Api, ReportingParts } from '../api.ts'
import { completeness, failure, gap } from '../api-schemas.ts'
import { gapAnswer } from '../gap-answer.ts'
import { goneSignal, storeOf } from '../store-question.ts'

const query = z.object({
  agent: z.string().max(256).exactOptional().describe('Only gaps in the logs of this agent.'),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
})

/** What agents declared as never coming, newest first. Answered by the store. */
export function gapsRoute(api: Api, parts: ReportingParts): void {
  const response = { 200: z.object({ items: z.array(gap), completeness }), '4xx': failure }
  api.get('/api/v1/gaps', { schema: { querystring: query, response } }, async (request, reply) => {
    const found = await storeOf(parts).gaps(request.query, goneSignal(reply))
    return toJson({ items: found.map(gapAnswer), completeness: parts.completenessOf() }) as never
  })
}
