import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { type Accept, defineReceiver, type ReceiverHost, type Telemetry, verdictOf } from '@headwatch/sdk'
import { z } from 'zod'

const config = z.strictObject({
  listen: z
    .string()
    .regex(/^[^:]+:\d{1,5}$/, 'an address is host:port')
    .default('127.0.0.1:8126')
    .describe('TCP address to bind; who can reach it can send.'),
  maxLineBytes: z.int().min(64).max(1_048_576).default(16_384).describe('A longer line ends the connection.'),
  maxConnections: z.int().min(1).max(10_000).default(100).describe('Further connections are closed at once.'),
})

type Config = z.infer<typeof config>

const line = z.object({
  node: z.string().min(1).max(256).optional(),
  at: z.number().optional(),
  readings: z.record(z.string().max(256), z.number()),
  labels: z.record(z.string().max(256), z.string().max(1_024)).optional(),
})

/**
 * One metric set a line: `{"readings":{"temperature_celsius":41.5},"labels":{"sensor":"cpu"}}`. Every line is answered:
 * `ok` when the pipeline owns it, `retry` or `rejected` when it does not, `unreadable` when it is no such line.
 */
export const jsonLinesReceiver = defineReceiver({
  name: 'json_lines',
  summary: 'Receives metric sets as lines of JSON over TCP and answers each.',
  stability: 'experimental',
  config,
  create: (checked, host) => ({ listen: (accept, signal) => listen(checked, host, accept, signal) }),
})

async function listen(
  { listen: address, maxLineBytes, maxConnections }: Config,
  { logger, meter }: ReceiverHost,
  accept: Accept,
  signal: AbortSignal,
): Promise<void> {
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    meter.set('json_lines_connections', open.size)
    serve(socket, maxLineBytes, accept)
      // A peer that vanishes in the middle of a line is no concern of anybody else.
      .catch(() => meter.count('json_lines_connections_lost_total'))
      .finally(() => {
        socket.destroy()
        open.delete(socket)
        meter.set('json_lines_connections', open.size)
      })
  })
  server.maxConnections = maxConnections
  const [hostname, port] = address.split(':')
  server.listen({ host: hostname, port: Number(port) })
  await once(server, 'listening', { signal }).catch((error: unknown) => {
    server.close()
    if (!signal.aborted) throw error
  })
  if (signal.aborted) return
  logger.info('listens for lines of JSON', { port: (server.address() as AddressInfo).port })
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  for (const socket of open) socket.destroy()
  await new Promise((resolve) => server.close(resolve))
}

/** One line after the other: while the pipeline takes its time, nothing more is read. */
async function serve(socket: Socket, maxLineBytes: number, accept: Accept): Promise<void> {
  socket.setEncoding('utf8')
  let rest = ''
  for await (const chunk of socket) {
    const lines = `${rest}${chunk}`.split('\n')
    rest = lines.pop() ?? ''
    if ([...lines, rest].some(({ length }) => length > maxLineBytes)) throw new Error('a line beyond the limit')
    for (const text of lines) {
      const hasRoom = socket.write(`${await answer(text, accept)}\n`)
      // Who does not read the answers is not read from either.
      if (!hasRoom) await once(socket, 'drain')
    }
  }
}

async function answer(text: string, accept: Accept): Promise<'ok' | 'retry' | 'rejected' | 'unreadable'> {
  const item = itemOf(text)
  if (item === undefined) return 'unreadable'
  try {
    await accept([item])
    return 'ok'
  } catch (thrown) {
    return verdictOf(thrown) === 'reject' ? 'rejected' : 'retry'
  }
}

function itemOf(text: string): Telemetry | undefined {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return undefined
  }
  const parsed = line.safeParse(json)
  if (!parsed.success) return undefined
  const { node, at, readings, labels } = parsed.data
  return {
    type: 'metrics',
    readings,
    ...(node !== undefined && { origin: { node } }),
    ...(at !== undefined && { at }),
    ...(labels !== undefined && { labels }),
  }
}
