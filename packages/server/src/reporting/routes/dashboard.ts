import fastifyStatic from '@fastify/static'
import type { Api, ReportingParts } from '../api.ts'

const securityHeaders = {
  'content-security-policy':
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

const notBuilt = `<!doctype html><meta charset="utf-8"><title>Headwatch</title>
<p>The dashboard has not been built. Run <code>npm start</code>, or <code>npm run build</code>, and load this page again.</p>
`

/** The page and its files; what the page shows stands behind the question mark of its address. */
export async function dashboardRoutes(api: Api, { dashboardFolder }: ReportingParts): Promise<void> {
  api.addHook('onSend', async (_request, reply) => void reply.headers(securityHeaders))
  if (dashboardFolder === undefined) {
    api.get('/', { schema: { hide: true } }, async (_request, reply) =>
      reply.type('text/html; charset=utf-8').send(notBuilt),
    )
    return
  }
  await api.register(fastifyStatic, { root: dashboardFolder, maxAge: '1h', immutable: false })
}
