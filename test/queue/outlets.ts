import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TelemetryRecord } from '@headwatch/protocol'
import { defineExporter, type ExportOutcome, type Plugin, RejectedError, RetryableError } from '@headwatch/sdk'
import { asWritten } from './as-written.ts'

/** The other side of a destination: what it got, and whether it is there. */
export interface Outlet extends AsyncDisposable {
  readonly plugin: Plugin<'exporter'>
  readonly config: object
  /** The messages of the log entries that arrived, in their order. May end the other side to look. */
  received(): Promise<readonly string[]>
  goAway(): Promise<void>
  comeBack(): Promise<void>
}

const about = { summary: 'For tests.', stability: 'experimental' as const }
const portConfig = asWritten<{ readonly port: number }>()

/** Longer messages are refused, by all of them. */
export const longestMessage = 1_500

/** Sent is all that can be said: nobody answers a datagram. */
const udpExporter = defineExporter({
  ...about,
  name: 'udp_lines',
  config: portConfig,
  create: ({ port }) => {
    const socket = createSocket('udp4')
    socket.on('error', () => undefined)
    return {
      async export({ records }): Promise<ExportOutcome> {
        const tooLong = (record: TelemetryRecord) => messageOf(record).length > longestMessage
        const rejected = [...records.keys()].filter((index) => tooLong(records[index] as TelemetryRecord))
        for (const record of records.filter((each) => !tooLong(each)))
          await new Promise<void>((sent) => socket.send(messageOf(record), port, '127.0.0.1', () => sent()))
        return { rejected: rejected.map((index) => ({ index, reason: 'too_long' })), kept: [] }
      },
      [Symbol.asyncDispose]: () => new Promise((closed) => socket.close(() => closed())),
    }
  },
})

/** One request for each batch; `Retry-After` is passed on. It does not say that a 200 means that anybody owns the data. */
const httpExporter = defineExporter({
  ...about,
  name: 'http_lines',
  config: portConfig,
  create: ({ port }) => ({
    async export({ records }, signal) {
      const body = JSON.stringify(records.map(messageOf))
      const response = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body, signal }).catch((cause) => {
        throw new RetryableError('nobody answers', { cause })
      })
      await response.arrayBuffer()
      if (response.ok) return
      const retryAfterMs = Number(response.headers.get('retry-after') ?? 0) * 1_000
      if (response.status >= 500 || response.status === 429) throw new RetryableError('busy', { retryAfterMs })
      throw new RejectedError(`refused with ${response.status}`)
    },
  }),
})

function messageOf(record: TelemetryRecord): string {
  return record.type === 'log' ? record.message : ''
}

export async function udpOutlet(): Promise<Outlet> {
  const messages: string[] = []
  const open = async (port: number): Promise<Socket> => {
    const socket = createSocket('udp4').on('message', (bytes) => void messages.push(String(bytes)))
    socket.bind(port, '127.0.0.1')
    await once(socket, 'listening')
    return socket
  }
  let socket = await open(0)
  const { port } = socket.address()
  const goAway = () => new Promise<void>((closed) => socket.close(() => closed()))
  return {
    plugin: udpExporter as Plugin<'exporter'>,
    config: { port },
    received: async () => messages,
    goAway,
    comeBack: async () => {
      socket = await open(port)
    },
    [Symbol.asyncDispose]: () => goAway().catch(() => undefined),
  }
}

/** One that can be told what it refuses. */
export interface HttpOutlet extends Outlet {
  accept(isTaken: (message: string) => boolean): void
}

export async function httpOutlet(): Promise<HttpOutlet> {
  const messages: string[] = []
  let isTaken = (message: string): boolean => message.length <= longestMessage
  const take = async (request: IncomingMessage): Promise<number> => {
    const chunks = await request.toArray()
    const batch = JSON.parse(Buffer.concat(chunks).toString()) as readonly string[]
    if (!batch.every(isTaken)) return 422
    messages.push(...batch)
    return 200
  }
  const open = async (port: number): Promise<Server> => {
    const server = createServer(
      (request, response) => void take(request).then((status) => response.writeHead(status).end()),
    )
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return server
  }
  let server = await open(0)
  const { port } = server.address() as AddressInfo
  const goAway = async () => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  return {
    plugin: httpExporter as Plugin<'exporter'>,
    config: { port },
    accept(wanted) {
      isTaken = wanted
    },
    received: async () => messages,
    goAway,
    comeBack: async () => {
      server = await open(port)
    },
    [Symbol.asyncDispose]: async () => {
      if (server.listening) await goAway()
    },
  }
}
