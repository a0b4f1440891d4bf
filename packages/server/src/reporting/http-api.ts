import { type Api, makeApi, type ReportingParts } from './api.ts'
import { dashboardRoutes } from './routes/dashboard.ts'
import { gapsRoute } from './routes/gaps.ts'
import { healthRoutes } from './routes/health.ts'
import { networkRoutes } from './routes/networks.ts'
import { nodeHistoryRoute } from './routes/node-history.ts'

/** The HTTP side of reporting, not listening yet. */
export async function httpApi(parts: ReportingParts): Promise<Api> {
  const api = await makeApi(parts)
  networkRoutes(api, parts)
  nodeHistoryRoute(api, parts)
  gapsRoute(api, parts)
  healthRoutes(api, parts)
  await dashboardRoutes(api, parts)
  api.get('/api/v1/openapi.json', { schema: { hide: true } }, () => api.swagger() as never)
  return api
}
