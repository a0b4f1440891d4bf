import { defineCollector, RejectedError, RetryableError } from '@headwatch/sdk'
import { z } from 'zod'

const config = z.strictObject({
  endpoint: z.url().default('http://127.0.0.1:5052').describe('REST API of the beacon node.'),
  timeoutMs: z.int().min(100).default(5_000).describe('Give up on one request after this long.'),
})

/** `GET /eth/v1/node/peer_count`. Counts arrive as decimal strings. */
const reply = z.object({
  data: z.object({
    disconnected: z.coerce.number().int().min(0),
    connecting: z.coerce.number().int().min(0),
    connected: z.coerce.number().int().min(0),
    disconnecting: z.coerce.number().int().min(0),
  }),
})

/** A reply is about a hundred bytes; nobody sends us more than this. */
const maxReplyBytes = 65_536

/** Counts the peers of a consensus client. */
export const beaconPeers = defineCollector({
  name: 'beacon_peers',
  summary: 'Counts the peers of a consensus client, by the state of their connection.',
  stability: 'experimental',
  config,
  create: ({ endpoint, timeoutMs }) => ({
    async *collect(signal) {
      const url = new URL('/eth/v1/node/peer_count', endpoint)
      const text = await ask(url, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]))
      const parsed = reply.safeParse(jsonOf(text))
      if (!parsed.success) throw new RejectedError(`${url.host} sent an unknown shape`)
      const { disconnected, connecting, connected, disconnecting } = parsed.data.data
      yield {
        type: 'metrics',
        readings: {
          beacon_peers_connected_count: connected,
          beacon_peers_connecting_count: connecting,
          beacon_peers_disconnecting_count: disconnecting,
          beacon_peers_disconnected_count: disconnected,
        },
      }
    },
  }),
})

async function ask(url: URL, signal: AbortSignal): Promise<string> {
  try {
    const response = await fetch(url, { signal })
    if (response.ok) return await textOf(response)
    throw new Error(`status ${response.status}`)
  } catch (cause) {
    throw new RetryableError(`no good answer from ${url.host}`, { cause })
  }
}

async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > maxReplyBytes) throw new Error(`more than ${maxReplyBytes} bytes`)
  }
  return text
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
