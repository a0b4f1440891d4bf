import type { StoreReader } from '@headwatch/sdk'
import type { FastifyReply } from 'fastify'
import type { ReportingParts } from './api.ts'
import { ApiError } from './api-error.ts'

/** The store that answers. @throws {ApiError} there is none. */
export function storeOf({ store }: ReportingParts): StoreReader {
  if (store === undefined) throw new ApiError(503, 'no_store', 'This server keeps no history: no store is configured.')
  return store
}

/** Aborts when the client goes away, so that nobody works for an answer that nobody reads. */
export function goneSignal({ raw }: Pick<FastifyReply, 'raw'>): AbortSignal {
  const gone = new AbortController()
  raw.once('close', () => gone.abort())
  return gone.signal
}
