import { defineExporter, RejectedError, RetryableError } from '@headwatch/sdk'
import { z } from 'zod'

const config = z.strictObject({
  endpoint: z
    .url({ protocol: /^https?$/ })
    .default('http://127.0.0.1:8080/')
    .describe('Where to POST, http or https.'),
  timeoutMs: z.int().min(100).default(10_000).describe('Give up on one request after this long.'),
})

/** Anything that takes newline-delimited JSON by POST, such as a log collector. */
export const jsonLinesExporter = defineExporter({
  name: 'json_lines',
  summary: 'Posts every record as one line of JSON to an HTTP address.',
  stability: 'experimental',
  config,
  create: ({ endpoint, timeoutMs }) => {
    const disposed = new AbortController()
    return {
      // A 2xx answer means that the other side has it.
      acknowledges: true,
      async export({ records }, signal) {
        const body = records.map((record) => `${JSON.stringify(record, decimalText)}\n`).join('')
        const ends = AbortSignal.any([signal, disposed.signal, AbortSignal.timeout(timeoutMs)])
        const response = await post(endpoint, body, ends)
        await response.body?.cancel()
        if (!response.ok) throw verdictOn(response)
      },
      async [Symbol.asyncDispose]() {
        disposed.abort()
      },
    }
  },
})

async function post(endpoint: string, body: string, signal: AbortSignal): Promise<Response> {
  const headers = { 'content-type': 'application/x-ndjson' }
  try {
    return await fetch(endpoint, { method: 'POST', headers, body, signal })
  } catch (cause) {
    throw new RetryableError(`no answer from ${new URL(endpoint).host}`, { cause })
  }
}

/** 408, 429 and everything of the server's own fault may succeed later; the rest never will. */
function verdictOn({ status, headers }: Response): Error {
  const sentence = `the endpoint answered ${status}`
  if (status < 500 && status !== 408 && status !== 429) return new RejectedError(sentence)
  const seconds = Number(headers.get('retry-after') ?? Number.NaN)
  return new RetryableError(sentence, Number.isFinite(seconds) && seconds >= 0 ? { retryAfterMs: seconds * 1_000 } : {})
}

/** Numbers that may pass 2^53 go as decimal text. */
function decimalText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}
