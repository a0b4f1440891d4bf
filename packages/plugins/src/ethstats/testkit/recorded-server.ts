import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { type WebSocket, WebSocketServer } from 'ws'
import type { RecordedFrame } from './recorded-case.ts'

const folder = fileURLToPath(new URL('../servercases/', import.meta.url))

/** The names of the conversations of our exporter with real servers. */
export function serverCases(): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
}

export function serverFrames(name: string): readonly RecordedFrame[] {
  const lines = readFileSync(`${folder}${name}/frames.jsonl`, 'utf8').trim().split('\n')
  return lines.map((line) => JSON.parse(line) as RecordedFrame)
}

/** Says what a recorded server said, when it is told to; hello and pings it answers by itself, as that one did. */
export interface RecordedServer extends AsyncDisposable {
  readonly endpoint: string
  /** Everything heard, in order. */
  readonly heard: readonly string[]
  say(frame: string): void
  /** Resolves once `isEnough` holds. */
  until(isEnough: () => boolean): Promise<void>
  /** Resolves with the first `count` frames of which `isMeant` holds. */
  hears(count: number, isMeant: (frame: string) => boolean): Promise<readonly string[]>
}

export async function recordedServer(): Promise<RecordedServer> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
  await once(server, 'listening')
  const heard: string[] = []
  const news = new EventTarget()
  server.on('connection', (socket: WebSocket) => {
    socket.on('message', (data) => {
      const frame = data.toString()
      heard.push(frame)
      const { emit: [topic, payload] = [] } = JSON.parse(frame) as { emit?: [string, { clientTime: number }] }
      if (topic === 'hello') socket.send('{"emit":["ready"]}')
      if (topic === 'node-ping') socket.send(JSON.stringify({ emit: ['node-pong', { ...payload, serverTime: 1 }] }))
      news.dispatchEvent(new Event('frame'))
    })
  })
  const until = async (isEnough: () => boolean): Promise<void> => {
    while (!isEnough()) await once(news, 'frame')
  }
  return {
    endpoint: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    say(frame) {
      for (const socket of server.clients) socket.send(frame)
    },
    until,
    async hears(count, isMeant) {
      await until(() => heard.filter(isMeant).length >= count)
      return heard.filter(isMeant).slice(0, count)
    },
    async [Symbol.asyncDispose]() {
      for (const socket of server.clients) socket.terminate()
      server.close()
      await once(server, 'close')
    },
  }
}
