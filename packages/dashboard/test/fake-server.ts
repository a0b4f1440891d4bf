import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import type { NodeState } from '@headwatch/protocol'
import {
  deltaOf,
  type FeedMessage,
  toJson,
  type ViewContent,
  type ViewerMessage,
  type ViewQuestion,
} from '@headwatch/protocol/reporting'
import { type WebSocket, WebSocketServer } from 'ws'
import { fakeField } from './fake-field.ts'
import type { Fleet } from './seeded-fleet.ts'

/** A feed and API with invented answers, and the built page. Everything on 127.0.0.1. */
export interface FakeServer extends AsyncDisposable {
  readonly url: string
  readonly fleets: Fleet[]
  /** What viewers asked, in order. */
  readonly heard: ViewerMessage[]
  /** Sends every viewer what changed. Nothing is sent by itself. */
  publish(): void
  /** Cuts every viewer; while `refuseViewers` holds nobody comes in again. */
  cut(): void
  refuseViewers: boolean
  historyStatus: number
  /** What the server says of itself, from the next `publish` on. */
  problems: readonly string[]
  /** Sent to every viewer as it is. */
  say(message: FeedMessage): void
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain',
}
/** As strict as a server can be with the page: whatever it needs beyond this is a mistake. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'"

export async function startFakeServer(fleets: Fleet[], pageFolder: string): Promise<FakeServer> {
  const viewers = new Map<WebSocket, Map<string, { question: ViewQuestion; sent: ViewContent }>>()
  const state = { refuseViewers: false, historyStatus: 200, problems: [] as readonly string[] }
  const heard: ViewerMessage[] = []
  let tick = 0
  const stamp = () => ({ tick, at: Date.now(), completeness: completenessOf(fleets) })
  const http = createServer((request, response) => {
    if (request.url?.startsWith('/api/')) answerHistory(request, response, state.historyStatus)
    else void serveFile(pageFolder, request, response)
  })
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 65_536 })
  http.on('upgrade', (request, socket, head) => {
    if (state.refuseViewers) socket.destroy()
    else sockets.handleUpgrade(request, socket, head, (viewer) => sockets.emit('connection', viewer))
  })
  sockets.on('connection', (viewer: WebSocket) => {
    const views = new Map<string, { question: ViewQuestion; sent: ViewContent }>()
    viewers.set(viewer, views)
    viewer.on('close', () => viewers.delete(viewer))
    send(viewer, { type: 'welcome', server: 'fake', version: '0.1.0', at: Date.now(), role: 'viewer' })
    viewer.on('message', (bytes) => {
      const message = JSON.parse(String(bytes)) as ViewerMessage
      heard.push(message)
      const question = questionAfter(message, views)
      if (question === undefined || message.type === 'seen') return
      const sent = answer(question, fleets, state.problems)
      views.set(message.view, { question, sent })
      send(viewer, { type: 'snapshot', view: message.view, content: sent, ...stamp() })
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const publish = () => {
    tick += 1
    for (const [viewer, views] of viewers) {
      send(viewer, { type: 'tick', tick, at: Date.now() })
      for (const [view, known] of views) {
        const now = answer(known.question, fleets, state.problems)
        const delta = deltaOf(known.sent, now)
        known.sent = now
        if (delta !== undefined) send(viewer, { type: 'delta', view, delta, ...stamp() })
      }
    }
  }
  const server = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/`,
    fleets,
    heard,
    publish,
    say: (message: FeedMessage) => {
      for (const viewer of viewers.keys()) send(viewer, message)
    },
    cut: () => {
      for (const viewer of viewers.keys()) viewer.terminate()
    },
    [Symbol.asyncDispose]: async () => {
      for (const viewer of viewers.keys()) viewer.terminate()
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
  return Object.assign(state, server)
}

function questionAfter(
  message: ViewerMessage,
  views: Map<string, { question: ViewQuestion }>,
): ViewQuestion | undefined {
  if (message.type === 'subscribe') return message.question
  if (message.type === 'unsubscribe') views.delete(message.view)
  if (message.type !== 'window') return undefined
  const known = views.get(message.view)?.question
  return known?.of === 'nodes' ? { ...known, window: message.window } : undefined
}

function answer(question: ViewQuestion, fleets: readonly Fleet[], problems: readonly string[]): ViewContent {
  if (question.of === 'server') return { kind: 'value', value: { problems } }
  const rows = (keyed: readonly (readonly [string, unknown])[]): ViewContent => ({
    kind: 'rows',
    rows: keyed.map(([key, value]) => ({ key, value: toJson(value) })),
    total: keyed.length,
    known: keyed.length,
    offset: 0,
  })
  if (question.of === 'networks') return rows(fleets.map((fleet) => [fleet.network, fleet.summary()]))
  if (question.of === 'alarms')
    return rows(fleets.flatMap(({ alarms }) => alarms.map((alarm) => [JSON.stringify(alarm.key), alarm])))
  const fleet = fleets.find(({ network }) => network === question.network)
  if (fleet === undefined) return { kind: 'value', value: null }
  if (question.of === 'summary') return { kind: 'value', value: toJson(fleet.summary()) }
  if (question.of === 'blocks')
    return rows(fleet.blocks.slice(0, question.count).map((seen) => [seen.block.hash, seen]))
  if (question.of === 'node')
    return { kind: 'value', value: toJson(fleet.nodes.find(({ node }) => node === question.node)) }
  const found = fleet.nodes.filter((node) => matches(node, question.filter))
  if (question.of === 'field') return { kind: 'value', value: toJson(fakeField(found, fleet.blocks[0], question.by)) }
  const matching = found.toSorted(orderOf(question.sort))
  const { offset, count } = question.window
  const window = matching.slice(offset, offset + count).map((node) => ({ key: node.node, value: toJson(node) }))
  return { kind: 'rows', rows: window, total: matching.length, known: fleet.nodes.length, offset }
}

type NodesQuestion = Extract<ViewQuestion, { of: 'nodes' }>

function matches(node: NodeState, { text, activity, country }: NodesQuestion['filter']): boolean {
  const said = `${node.node} ${node.client} ${node.location?.country} ${node.head?.hash}`.toLowerCase()
  return (
    (text === undefined || said.includes(text.toLowerCase())) &&
    (activity === undefined || activity.includes(node.activity)) &&
    (country === undefined || country.includes(node.location?.country ?? ''))
  )
}

function orderOf({ by, direction }: NodesQuestion['sort']): (one: NodeState, other: NodeState) => number {
  const sign = direction === 'ascending' ? 1 : -1
  const value = (node: NodeState): string | number => {
    if (by === 'name') return node.node
    if (by === 'peers') return node.peers ?? -1
    return node.activity === 'in_sync' ? (node.head?.propagationMs ?? 1e9) : 1e9
  }
  return (one, other) => {
    const [left, right] = [value(one), value(other)]
    return left === right ? one.node.localeCompare(other.node) : left < right ? -sign : sign
  }
}

function answerHistory(request: IncomingMessage, response: ServerResponse, status: number): void {
  const { searchParams } = new URL(request.url ?? '/', 'http://localhost')
  const [from, to] = [Number(searchParams.get('from')), Number(searchParams.get('to'))]
  const names = (searchParams.get('names') ?? '').split(',')
  const known: Readonly<Record<string, number>> = {
    peers_count: 41,
    pending_transactions_count: 1902,
    cpu_used_ratio: 0.12,
    memory_used_bytes: 18 * 2 ** 30,
    network_received_bytes_per_s: 1.9e6,
  }
  const series = names.flatMap((name) => {
    const value = known[name]
    if (value === undefined) return []
    const points = Array.from({ length: 240 }, (_, slot) => ({
      at: from + (slot * (to - from)) / 240,
      mean: value * (1 + 0.2 * Math.sin(slot / 9)),
    }))
    return [{ name, labels: {}, points: points.filter((_, slot) => slot < 150 || slot > 165) }]
  })
  const gap = { first: '41', last: '52', reason: 'wrapped', storedAt: from + 0.7 * (to - from) }
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ series, gaps: [gap] }))
}

async function serveFile(folder: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname)
  const file = join(folder, path === '/' ? 'index.html' : path)
  const found = await stat(file).catch(() => undefined)
  if (!file.startsWith(folder) || found?.isFile() !== true) {
    response.writeHead(404).end()
    return
  }
  response.writeHead(200, {
    'content-type': mediaTypes[extname(file)] ?? 'application/octet-stream',
    'content-security-policy': policy,
  })
  createReadStream(file).pipe(response)
}

function completenessOf(fleets: readonly Fleet[]) {
  const nodes = fleets.flatMap((fleet) => fleet.nodes)
  const reported = nodes.filter(({ activity }) => activity !== 'silent').length
  return { reported, known: nodes.length, oldestMs: 3_100, dropped: 0, missing: 12 }
}

function send(viewer: WebSocket, message: FeedMessage): void {
  viewer.send(JSON.stringify(message))
}
