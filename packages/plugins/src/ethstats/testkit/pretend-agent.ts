import { once } from 'node:events'
import { WebSocket } from 'ws'

/** An old client on a real socket: says what it is told to, and keeps what it hears. */
export interface PretendAgent {
  /** Frames heard and not taken, oldest first. */
  readonly heard: string[]
  send(frame: string | Uint8Array): void
  emit(topic: string, payload?: unknown): void
  /** The next frame. @throws the connection ended first. */
  next(): Promise<string>
  /** Resolves when the server has read everything sent before: pings are answered in order. */
  settled(): Promise<void>
  /** Resolves with the code of the close frame, 1006 where none came. */
  readonly closed: Promise<number>
  close(): void
  /** Ends without a close frame. */
  vanish(): void
}

export const helloOf = (id: string, info: object = {}, secret = 's3cr3t'): unknown => ({
  id,
  secret,
  info: { name: id, node: 'Geth/v1.17.0-stable/linux-amd64/go1.24', net: '1', canUpdateHistory: true, ...info },
})

export async function pretendAgent(url: string): Promise<PretendAgent> {
  const socket = new WebSocket(url, { perMessageDeflate: false })
  const heard: string[] = []
  let pings = 0
  let wake = (): void => undefined
  const pongs = new Map<string, () => void>()
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  socket.on('error', () => undefined)
  socket.on('message', (data) => {
    const frame = data.toString()
    const settle = pongs.get(frame)
    if (settle !== undefined) return settle()
    heard.push(frame)
    wake()
  })
  await once(socket, 'open')
  const agent: PretendAgent = {
    heard,
    closed,
    send: (frame) => socket.send(frame),
    emit: (topic, payload) => agent.send(JSON.stringify({ emit: [topic, payload] })),
    async next() {
      const end = closed.then((code) => code)
      while (heard.length === 0) {
        const news = new Promise<void>((resolve) => {
          wake = resolve
        })
        const code = await Promise.race([news, end])
        if (code !== undefined && heard.length === 0) throw new Error(`closed with ${code}`)
      }
      return heard.shift() ?? ''
    },
    async settled() {
      const time = 9_000_000_000_000 + ++pings
      const pong = new Promise<void>((resolve) => pongs.set(`"primus::pong::${time}"`, resolve))
      agent.send(`"primus::ping::${time}"`)
      await Promise.race([pong, closed])
    },
    close: () => socket.close(1000),
    vanish: () => socket.terminate(),
  }
  return agent
}
