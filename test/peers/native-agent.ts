import { once } from 'node:events'
import type { Lane } from '@headwatch/protocol'
import {
  decodeMessage,
  encodeMessage,
  encodeRecords,
  type Hello,
  type NativeMessage,
  nativeSubprotocol,
} from '@headwatch/protocol/native'
import { WebSocket } from 'ws'

/** An agent of few words on a real socket: it says what a test tells it to, right or wrong. */
export interface NativeAgent extends Disposable {
  readonly socket: WebSocket
  /** What the server answered the hello with. */
  readonly greeting: NativeMessage
  say(message: NativeMessage): void
  /** Sends log entries under the numbers from `first` on. */
  sendLogs(first: bigint, count: number, lane?: Lane): void
  /** The next message of one of these types; undefined when the connection ends first. */
  hear<T extends NativeMessage['type']>(...types: T[]): Promise<Extract<NativeMessage, { type: T }> | undefined>
}

/** Connects to `host` and says hello; resolves with the answer, whatever it is. */
export async function joinNative(host: string, hello: Partial<Hello> = {}): Promise<NativeAgent> {
  const socket = new WebSocket(`ws://${host}/agent`, nativeSubprotocol, { perMessageDeflate: false })
  const { agent = 'eu-1' } = hello
  const heard: NativeMessage[] = []
  const waiting = new Set<() => void>()
  const wake = () => {
    for (const each of [...waiting]) each()
  }
  socket.on('error', () => undefined)
  socket.on('message', (frame: Buffer) => {
    const decoded = decodeMessage(frame)
    if (decoded.ok) heard.push(decoded.message)
    wake()
  })
  socket.on('close', wake)
  const say = (message: NativeMessage) => socket.send(encodeMessage(message))
  const hear = async <T extends NativeMessage['type']>(...types: T[]) => {
    for (;;) {
      const index = heard.findIndex(({ type }) => (types as string[]).includes(type))
      if (index !== -1) return heard.splice(index, 1)[0] as Extract<NativeMessage, { type: T }>
      if (socket.readyState === WebSocket.CLOSED) return undefined
      await new Promise<void>((resolve) => waiting.add(resolve))
    }
  }
  await once(socket, 'open')
  const streams = [{ stream: 'main', epoch: 'e1', next: 1_000n }]
  say({ type: 'hello', agent, program: 'test/1', token: `the token of ${agent}`, streams, capabilities: [], ...hello })
  const greeting = await hear('welcome', 'goaway')
  if (greeting === undefined) throw new Error('the server hung up without a word')
  return {
    socket,
    greeting,
    say,
    hear,
    sendLogs(first, count, lane = 'live') {
      const records = Array.from({ length: count }, (_, index) => {
        const message = `number ${first + BigInt(index)}`
        const about = { origin: { agent, node: agent, network: '1337' }, at: Date.now() }
        return { ...about, type: 'log', severity: 6, application: 'test', message } as const
      })
      say({ type: 'data', stream: 'main', lane, first, count, codec: 'plain', body: encodeRecords({ records }) })
    },
    [Symbol.dispose]: () => socket.terminate(),
  }
}
