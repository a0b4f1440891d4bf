import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { RetryableError } from '@headwatch/sdk'

/** Posts a JSON text and resolves with the answer's text, whatever its status: clients answer errors with 400 and a body. */
export interface Transport extends Disposable {
  post(body: string, signal: AbortSignal): Promise<string>
}

/** One kept-alive connection to `endpoint`. Credentials in the address are sent as basic authentication and never shown. */
export function httpTransport(endpoint: string, maxReplyBytes: number): Transport {
  const url = new URL(endpoint)
  const isSecure = url.protocol === 'https:'
  const agent = isSecure
    ? new HttpsAgent({ keepAlive: true, maxSockets: 2 })
    : new HttpAgent({ keepAlive: true, maxSockets: 2 })
  const post = (body: string, signal: AbortSignal) =>
    new Promise<string>((resolve, reject) => {
      const fail = (cause: unknown) => reject(unreachable(url, cause, signal))
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
      const options = { agent, signal, method: 'POST', headers, ...(url.username !== '' && { auth: authOf(url) }) }
      const target = new URL(url.pathname + url.search, url.origin)
      const call = isSecure ? httpsRequest(target, options) : httpRequest(target, options)
      call.on('error', fail)
      call.on('response', (reply) => void readAll(reply, maxReplyBytes).then(resolve, fail))
      call.end(body)
    })
  return { post, [Symbol.dispose]: () => agent.destroy() }
}

async function readAll(reply: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of reply as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new Error(`its reply is longer than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function authOf(url: URL): string {
  return `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
}

function unreachable(url: URL, cause: unknown, signal: AbortSignal): RetryableError {
  const code = (cause as { code?: unknown } | undefined)?.code
  const why = signal.aborted
    ? 'it did not answer in time'
    : code === 'ECONNREFUSED'
      ? 'nothing listens there'
      : cause instanceof Error
        ? cause.message
        : String(cause)
  return new RetryableError(`no answer from ${url.host}: ${why}`, { cause })
}
