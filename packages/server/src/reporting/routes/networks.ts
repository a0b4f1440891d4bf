import { toJson } from '@headwatch/protocol/reporting'
import { z } from 'zod'
import type { Api, ReportingParts } from '../api.ts'
import { ApiError } from '../api-error.ts'
import { alarm, completeness, failure, networkSummary, nodeState, seenBlock } from '../api-schemas.ts'
import { nodeFilter, nodeSort } from '../feed/viewer-message.ts'
import { listNodes } from '../node-list.ts'
import { pageOf, readCursor } from '../page-cursor.ts'

const networkParams = z.object({ network: z.string().max(128) })
const nodeParams = networkParams.extend({ node: z.string().max(256) })
const list = z.string().transform((text) => text.split(','))

/** `-peers` sorts descending by peers. */
const sort = z
  .string()
  .max(32)
  .transform((text) => ({ by: text.replace(/^-/, ''), direction: text.startsWith('-') ? 'descending' : 'ascending' }))
  .pipe(nodeSort)

const nodesQuery = z.object({
  text: nodeFilter.shape.text.describe('Part of name, client, country, city or head hash.'),
  activity: list
    .pipe(z.array(z.enum(['in_sync', 'behind', 'syncing', 'other_head', 'silent', 'unknown'])))
    .exactOptional(),
  client: list.exactOptional().describe('How client versions begin, separated by commas.'),
  country: list.exactOptional(),
  sort: sort.default({ by: 'name', direction: 'ascending' }),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  cursor: z.string().max(1_024).exactOptional().describe('`next` of the page before.'),
})

/** Live state: networks, their nodes and last blocks, and alarms. Answered from memory. */
export function networkRoutes(api: Api, { network, alarms, completenessOf }: ReportingParts): void {
  const known = (id: string) => {
    const summary = network.networks().find((candidate) => candidate.network === id)
    if (summary === undefined) throw new ApiError(404, 'no_such_network', `No network "${id}" has been heard of.`)
    return summary
  }
  const ok = <T extends z.ZodRawShape>(shape: T) => ({ 200: z.object({ ...shape, completeness }), '4xx': failure })

  api.get('/api/v1/networks', { schema: { response: ok({ items: z.array(networkSummary) }) } }, () =>
    answer({ items: network.networks(), completeness: completenessOf() }),
  )
  api.get(
    '/api/v1/networks/:network',
    { schema: { params: networkParams, response: ok({ item: networkSummary }) } },
    ({ params }) => answer({ item: known(params.network), completeness: completenessOf(params.network) }),
  )
  const nodesSchema = {
    params: networkParams,
    querystring: nodesQuery,
    response: ok({ items: z.array(nodeState), total: z.int(), next: z.string().optional() }),
  }
  api.get('/api/v1/networks/:network/nodes', { schema: nodesSchema }, ({ params, query }) => {
    known(params.network)
    const { sort, limit, cursor, ...filter } = query
    const nodes = listNodes(network.list(params.network), filter, sort)
    const page = pageOf(nodes, ({ node }) => node, limit, cursor === undefined ? undefined : readCursor(cursor))
    const items = page.items.map(({ node }) => network.node(params.network, node))
    return answer({ ...page, items, completeness: completenessOf(params.network) })
  })
  api.get(
    '/api/v1/networks/:network/nodes/:node',
    { schema: { params: nodeParams, response: ok({ item: nodeState }) } },
    ({ params }) => {
      known(params.network)
      const item = network.node(params.network, params.node)
      if (item === undefined)
        throw new ApiError(404, 'no_such_node', `No node "${params.node}" has reported to this network.`)
      return answer({ item, completeness: completenessOf(params.network) })
    },
  )
  const blocksQuery = z.object({ limit: z.coerce.number().int().min(1).max(200).default(40) })
  const blocksSchema = { params: networkParams, querystring: blocksQuery, response: ok({ items: z.array(seenBlock) }) }
  api.get('/api/v1/networks/:network/blocks', { schema: blocksSchema }, ({ params, query }) => {
    known(params.network)
    return answer({ items: network.blocks(params.network, query.limit), completeness: completenessOf(params.network) })
  })
  api.get('/api/v1/alarms', { schema: { response: ok({ items: z.array(alarm) }) } }, () =>
    answer({ items: alarms(), completeness: completenessOf() }),
  )
}

/** Handlers answer plain JSON; the schemas above document it and are not run over every row. */
function answer(value: unknown): never {
  return toJson(value) as never
}
