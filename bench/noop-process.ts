// The least a native receiver can do: node bench/noop-process.ts PORT. Welcomes whoever says hello and acknowledges every
// batch without a look at its body; says "listening". What it costs is sockets, frames and answers.
import { decodeMessage, encodeMessage, type NativeMessage, nativeSubprotocol } from '@headwatch/protocol/native'
import { WebSocketServer } from 'ws'

const [port = '0'] = process.argv.slice(2)
const server = new WebSocketServer({ host: '127.0.0.1', port: Number(port), perMessageDeflate: false })
server.on('listening', () => console.log('listening'))
server.on('connection', (socket) => {
  const say = (message: NativeMessage) => socket.send(encodeMessage(message))
  socket.on('error', () => undefined)
  socket.on('message', (frame: Buffer) => {
    const decoded = decodeMessage(frame)
    if (!decoded.ok) return
    const { message } = decoded
    if (message.type === 'hello')
      say({
        type: 'welcome',
        server: nativeSubprotocol,
        program: 'noop',
        streams: [],
        credit: { records: 10_000, bytes: 10_000_000 },
        heartbeatMs: 15_000,
        limits: { frameBytes: 1_048_576, batchRecords: 1_000 },
        collectEveryMs: 0,
        capabilities: [],
      })
    if (message.type === 'data') {
      const { stream, lane, first, count } = message
      say({ type: 'ack', stream, lane, through: first + BigInt(count) - 1n })
    }
  })
})
