import fastifySwagger from '@fastify/swagger'
import type { Alarm, NetworkId } from '@headwatch/protocol'
import type { Completeness } from '@headwatch/protocol/reporting'
import type { Clock, Logger, NetworkReader, StoreReader } from '@headwatch/sdk'
import fastify, { type FastifyError } from 'fastify'
import {
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod'
import { ApiError } from './api-error.ts'

/** What the API answers from. */
export interface ReportingParts {
  readonly network: NetworkReader
  readonly store: StoreReader | undefined
  readonly alarms: () => readonly Alarm[]
  readonly completenessOf: (network?: NetworkId) => Completeness
  /** Sentences on what does not work; empty when everything does. */
  readonly health: () => readonly string[]
  readonly metrics: () => string
  readonly clock: Clock
  readonly logger: Logger
  /** The built dashboard; undefined serves a page that says how to build it. */
  readonly dashboardFolder: string | undefined
  readonly version: string
}

/** An HTTP application whose routes are checked against their schemas. */
export type Api = Awaited<ReturnType<typeof makeApi>>

/** An application without routes: errors as JSON, schemas gathered for OpenAPI. */
export async function makeApi({ version, logger }: ReportingParts) {
  const api = fastify({
    bodyLimit: 64 * 1024,
    routerOptions: { maxParamLength: 256 },
    requestTimeout: 30_000,
    frameworkErrors: (error, _request, reply) => {
      const message = 'The address is too long, or not written as one.'
      reply.raw.writeHead(error.statusCode ?? 400, { 'content-type': 'application/json; charset=utf-8' })
      reply.raw.end(JSON.stringify({ error: { code: 'bad_address', message } }))
    },
  })
  api.setValidatorCompiler(validatorCompiler)
  api.setSerializerCompiler(() => (answer) => JSON.stringify(answer))
  api.setErrorHandler((error: FastifyError | ApiError, request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500)
      logger.error('a request failed', { path: request.routeOptions.url ?? 'unknown', reason: error.message })
    const message =
      status >= 500 && !(error instanceof ApiError) ? 'The server failed to answer; its log says why.' : error.message
    return reply.code(status).send({ error: { code: codeOf(error), message } })
  })
  api.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .send({ error: { code: 'no_such_path', message: `Nothing is at ${request.url.split('?', 1)[0]}.` } }),
  )
  const openapi = {
    info: {
      title: 'Headwatch',
      version,
      description: 'What Headwatch knows of Ethereum-type networks, live and over time.',
    },
  }
  await api.register(fastifySwagger, {
    openapi,
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  })
  return api.withTypeProvider<ZodTypeProvider>()
}

function codeOf(error: FastifyError | ApiError): string {
  if (error instanceof ApiError) return error.code
  return 'validation' in error && error.validation !== undefined ? 'bad_request' : 'internal'
}
