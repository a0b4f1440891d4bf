import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'

/** An event of an agent as the server understood it. */
export interface HeardEvent {
  readonly topic: string
  readonly payload: Record<string, unknown>
}

/**
 * Behaves like the original server (Primus 6) or its successor (Primus 8) towards agents, as the protocol
 * reference has it in sections 1.3, 1.4 and 1.12, and complains of every frame that would do it harm.
 */
export interface OriginalServer extends AsyncDisposable {
  readonly endpoint: string
  /** What was wrong with what came: nulls, wrong types, wrong order, somebody else's id. */
  readonly complaints: readonly string[]
  readonly events: readonly HeardEvent[]
  /** Texts of the transport, such as pongs. */
  readonly texts: readonly string[]
  /** How many have connected since the start. */
  readonly connections: number
  /** Resolves once `isEnough` holds of what was heard. */
  until(isEnough: () => boolean): Promise<void>
  /** Sends a frame to every agent. */
  broadcast(frame: string): void
  /** Takes connections and frames from now on, and answers nothing. */
  fallSilent(): void
  /** Cuts every connection. */
  cut(): void
}

export interface OriginalServerOptions {
  readonly secret?: string
  readonly generation?: 6 | 8
  readonly port?: number
  /** Ends a new connection without a word, as the successor does beyond its number. */
  readonly isFull?: () => boolean
}

export async function originalServer(options: OriginalServerOptions = {}): Promise<OriginalServer> {
  const { secret = 's3cr3t', generation = 6, port = 0, isFull = () => false } = options
  const server = new WebSocketServer({ host: '127.0.0.1', port, perMessageDeflate: false })
  await once(server, 'listening')
  const complaints: string[] = []
  const events: HeardEvent[] = []
  const texts: string[] = []
  const waiting = new Set<() => void>()
  let connections = 0
  let isSilent = false
  const wake = (): void => {
    for (const check of waiting) check()
  }

  server.on('connection', (socket: WebSocket, request: IncomingMessage) => {
    connections++
    wake()
    if (!(request.url ?? '').startsWith('/api')) complaints.push(`connects to ${request.url}`)
    if (isFull()) return socket.close()
    let id: unknown
    socket.on('message', (data, isBinary) => {
      if (isSilent) return
      if (isBinary) complaints.push('a binary frame')
      const value: unknown = JSON.parse(data.toString())
      if (typeof value === 'string') {
        texts.push(value)
        if (generation === 6 && value.startsWith('primus::ping::')) socket.send(`"${value.replace('ping', 'pong')}"`)
        return wake()
      }
      complaints.push(...nullsIn(value, ''))
      const { topic, payload, ...wrong } = eventOf(value)
      complaints.push(...Object.values(wrong))
      if (topic === 'hello') {
        if (payload.secret !== secret) {
          socket.send('"primus::server::close"')
          return socket.close()
        }
        id = payload.id
        socket.send('{"emit":["ready"]}')
      } else if (payload.id !== id) complaints.push(`${topic} of ${String(payload.id)} where ${String(id)} said hello`)
      complaints.push(...(shapes[topic]?.(payload) ?? [`unknown topic ${topic}`]))
      events.push({ topic, payload })
      if (topic === 'node-ping') {
        socket.send(
          JSON.stringify({ emit: ['node-pong', { clientTime: payload.clientTime, serverTime: 1_766_000_000_000 }] }),
        )
      }
      wake()
    })
  })

  return {
    endpoint: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    complaints,
    events,
    texts,
    get connections() {
      return connections
    },
    until: (isEnough) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (!isEnough()) return
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
        check()
      }),
    broadcast(frame) {
      for (const socket of server.clients) socket.send(frame)
    },
    fallSilent() {
      isSilent = true
    },
    cut() {
      for (const socket of server.clients) socket.terminate()
    },
    async [Symbol.asyncDispose]() {
      for (const socket of server.clients) socket.terminate()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A null anywhere once ended the original server. */
function nullsIn(value: unknown, path: string): string[] {
  if (value === null) return [`null at ${path}`]
  if (typeof value !== 'object') return []
  return Object.entries(value as object).flatMap(([key, part]) => nullsIn(part, `${path}.${key}`))
}

function eventOf(value: unknown): HeardEvent & { readonly wrong?: string } {
  const emit = (value as { emit?: unknown[] } | null)?.emit
  if (!Array.isArray(emit) || emit.length !== 2 || Object.keys(value as object).length !== 1) {
    return { topic: '', payload: {}, wrong: `no event: ${JSON.stringify(value)}` }
  }
  return { topic: String(emit[0]), payload: emit[1] as Record<string, unknown> }
}

type Kind = 'number' | 'string' | 'boolean' | 'decimal' | 'hash' | 'address' | 'list' | 'object'

/** What of `fields` is not of its kind; a kind with `?` may be missing. */
function misfits(what: string, value: unknown, kinds: Readonly<Record<string, Kind | `${Kind}?`>>): string[] {
  const fields = (value ?? {}) as Record<string, unknown>
  const strange = Object.keys(fields).filter((name) => kinds[name] === undefined)
  const wrong = Object.entries(kinds).flatMap(([name, kind]) => {
    if (fields[name] === undefined) return kind.endsWith('?') ? [] : [`${what} without ${name}`]
    return isOfKind(fields[name], kind.replace('?', '') as Kind)
      ? []
      : [`${what}.${name} is ${JSON.stringify(fields[name])}`]
  })
  return [...strange.map((name) => `${what} with ${name}`), ...wrong]
}

function isOfKind(value: unknown, kind: Kind): boolean {
  switch (kind) {
    case 'number':
      return typeof value === 'number' && Number.isFinite(value)
    case 'decimal':
      return typeof value === 'string' && /^\d+$/.test(value)
    case 'hash':
      return typeof value === 'string' && /^0x[0-9a-f]{64}$/.test(value)
    case 'address':
      return typeof value === 'string' && /^0x[0-9a-f]{40}$/.test(value)
    case 'list':
      return Array.isArray(value)
    case 'string':
    case 'boolean':
    case 'object':
      return kind === typeof value
  }
}

const blockKinds = {
  number: 'number',
  hash: 'hash',
  parentHash: 'hash',
  timestamp: 'number',
  miner: 'address',
  gasUsed: 'number',
  gasLimit: 'number',
  difficulty: 'decimal',
  totalDifficulty: 'decimal',
  transactions: 'list',
  transactionsRoot: 'hash?',
  stateRoot: 'hash?',
  uncles: 'list',
} as const

const shapes: Readonly<Record<string, (payload: Record<string, unknown>) => string[]>> = {
  hello: ({ info }) =>
    misfits('info', info, {
      name: 'string',
      node: 'string',
      port: 'number',
      net: 'decimal',
      protocol: 'string',
      api: 'string',
      os: 'string',
      os_v: 'string',
      client: 'string',
      canUpdateHistory: 'boolean',
      contact: 'string?',
      coinbase: 'address?',
    }),
  'node-ping': ({ clientTime }) => (clientTime === undefined ? ['node-ping without clientTime'] : []),
  latency: ({ latency }) => misfits('latency', { latency }, { latency: 'decimal' }),
  block: ({ block }) => misfits('block', block, blockKinds),
  block_new_payload: ({ block }) =>
    misfits('timing', block, { number: 'number', hash: 'hash', processingTime: 'number' }),
  pending: ({ stats }) => misfits('pending', stats, { pending: 'number' }),
  stats: ({ stats }) =>
    misfits('stats', stats, {
      active: 'boolean',
      syncing: 'boolean?',
      mining: 'boolean?',
      hashrate: 'number?',
      peers: 'number?',
      gasPrice: 'number?',
      uptime: 'number',
    }),
  history: ({ history }) =>
    Array.isArray(history) ? history.flatMap((block) => misfits('history', block, blockKinds)) : ['history is no list'],
}
