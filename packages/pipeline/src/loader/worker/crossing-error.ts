import {
  concernsThisDataOnly,
  RejectedError,
  type RetryScope,
  RetryableError,
  retryAfterOf,
  verdictOf,
} from '@headwatch/sdk'

/** A thrown value as it goes from one thread to another: what it says and what it asks for, not its class. */
export interface CrossingError {
  readonly name: string
  readonly message: string
  readonly verdict: 'retry' | 'reject' | 'fault'
  readonly retryAfterMs: number | undefined
  readonly scope: RetryScope
}

/** What `thrown` says to the other thread. Never throws, whatever was thrown. */
export function packError(thrown: unknown): CrossingError {
  try {
    const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown))
    return {
      name: String(name),
      message: String(message),
      verdict: verdictOf(thrown),
      retryAfterMs: retryAfterOf(thrown),
      scope: concernsThisDataOnly(thrown) ? 'this_data' : 'everything',
    }
  } catch {
    return {
      name: 'Error',
      message: 'something unreadable was thrown',
      verdict: 'fault',
      retryAfterMs: undefined,
      scope: 'everything',
    }
  }
}

/** The error on this side of the thread boundary: `verdictOf` reads from it what it read on the other. */
export function unpackError({ name, message, verdict, retryAfterMs, scope }: CrossingError): Error {
  if (verdict === 'retry')
    return new RetryableError(message, { scope, ...(retryAfterMs !== undefined && { retryAfterMs }) })
  if (verdict === 'reject') return new RejectedError(message)
  return Object.assign(new Error(message), { name })
}
