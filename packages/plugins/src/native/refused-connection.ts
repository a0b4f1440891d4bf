import type { IncomingHttpHeaders } from 'node:http'
import { nativeSubprotocol } from '@headwatch/protocol/native'
import { RetryableError } from '@headwatch/sdk'

/** What an HTTP answer means that is not the beginning of a connection. */
export function refusedConnection(host: string, status: number, headers: IncomingHttpHeaders): RetryableError {
  const retryAfterMs = 1_000 * (Number.parseInt(headers['retry-after'] ?? '', 10) || 0)
  return new RetryableError(`no connection to ${host}: ${reasonOf(status)}`, { retryAfterMs })
}

function reasonOf(status: number): string {
  if (status === 404) return 'it has no entrance for agents at this path'
  if (status === 400) return `it does not speak ${nativeSubprotocol}`
  if (status === 503) return 'it has no place now'
  return `it answers ${status}`
}
