import type { Api, ReportingParts } from '../api.ts'

/**
 * `/healthz`: the process turns its event loop. `/readyz`: it also does its work, and says what it does not.
 * `/metrics`: Prometheus text format 0.0.4.
 */
export function healthRoutes(api: Api, { health, metrics }: ReportingParts): void {
  api.get('/healthz', { schema: { hide: true } }, () => ({ alive: true }))
  api.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    const problems = health()
    return reply.code(problems.length === 0 ? 200 : 503).send({ ready: problems.length === 0, problems })
  })
  api.get('/metrics', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(metrics()),
  )
}
