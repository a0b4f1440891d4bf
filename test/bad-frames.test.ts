import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { zstdCompressSync } from 'node:zlib'
import {
  decodeMessage,
  encodeMessage,
  encodeRecords,
  type NativeMessage,
  nativeSubprotocol,
} from '@headwatch/protocol/native'
import { WebSocket } from 'ws'
import { type Server, startServer } from './day/server.ts'
import { type EthstatsClient, joinEthstats } from './peers/ethstats-client.ts'
import { freePort } from './peers/free-port.ts'
import { until } from './peers/until.ts'

const mib = 1_048_576
const secret = 'test'
const network = '1337'
const good = 'good'

/** What anybody may send to anything, by name. */
const badFrames: Readonly<Record<string, string | Buffer>> = {
  empty: '',
  null: 'null',
  'half a word': '{"emit":["bl',
  'a number': '7',
  'an empty list': '[]',
  'no payload': '{"emit":["block"]}',
  'a null payload': '{"emit":["stats",null]}',
  'a null hello': '{"emit":["hello",null]}',
  'a hello of wrong types': '{"emit":["hello",{"id":7,"info":[],"secret":{}}]}',
  'a null block': `{"emit":["block",{"id":"${good}","block":null}]}`,
  'a block of wrong types': `{"emit":["block",{"id":"${good}","block":{"number":{},"hash":[],"transactions":"x"}}]}`,
  'the name of somebody else': `{"emit":["stats",{"id":"${good}","stats":{"active":true,"peers":99}}]}`,
  'a prototype': '{"__proto__":{"emit":1},"constructor":null,"type":"__proto__"}',
  'a view of wrong types': '{"type":"subscribe","view":{},"question":null}',
  'a window of nothing': '{"type":"window","view":"v","window":{"offset":-1,"count":1e308}}',
  'deep lists': `{"emit":["stats",${'['.repeat(30_000)}${']'.repeat(30_000)}]}`,
  'deep objects': `${'{"a":'.repeat(30_000)}1${'}'.repeat(30_000)}`,
  '10 MiB of text': `"${'x'.repeat(10 * mib)}"`,
  '10 MiB of a block': `{"emit":["block",{"id":"x","block":{"extraData":"${'f'.repeat(10 * mib)}"}}]}`,
  bytes: Buffer.from([0x96, 0x01, 0xff, 0x00]),
  '10 MiB of bytes': Buffer.alloc(10 * mib, 0xc1),
}

/** What may come in binary frames where messages are msgpack. */
const badMessages: Readonly<Record<string, Buffer>> = {
  ...Object.fromEntries(
    Object.entries(badFrames).map(([name, frame]) => [
      `${name}, in binary`,
      typeof frame === 'string' ? Buffer.from(frame) : frame,
    ]),
  ),
  nil: Buffer.from([0xc0]),
  'a list of nil': Buffer.from([0x93, 0xc0, 0xc0, 0xc0]),
  'a list that claims four thousand million entries': Buffer.from([0xdd, 0xff, 0xff, 0xff, 0xff, 0x01]),
  'a map that claims as many': Buffer.from([0xdf, 0xff, 0xff, 0xff, 0xff, 0x01]),
  'a text that claims as many bytes': Buffer.from([0x92, 0x01, 0xdb, 0xff, 0xff, 0xff, 0xff]),
  'lists in lists in lists': Buffer.alloc(30_000, 0x91),
  'maps in maps in maps': Buffer.alloc(30_000, 0x81),
  'an extension that runs code elsewhere': Buffer.from([0xd4, 0x72, 0x40, 0x91, 0xa1, 0x78]),
  'a second hello': messageBytes({ type: 'hello', agent: good, program: '', token: '', streams: [], capabilities: [] }),
  'data of a stream nobody opened': data({ stream: 'nowhere' }),
  'data that counts more than it holds': data({ count: 1_000 }),
  'data that counts less': data({ count: 0 }),
  'data that is not what it says': data({ codec: 'zstd' }),
  'a bomb': data({ codec: 'zstd', body: zstdCompressSync(Buffer.alloc(64 * mib)) }),
  'data at the end of all numbers': data({ first: 2n ** 63n - 1n }),
  'a gap that was never declared': messageBytes({
    type: 'gap',
    stream: 'main',
    lane: 'live',
    first: 1n,
    last: 2n ** 62n,
    reason: 'wrapped',
  }),
  'an answer that only a server gives': messageBytes({ type: 'ack', stream: 'main', lane: 'live', through: 9n }),
}

function messageBytes(message: NativeMessage): Buffer {
  return Buffer.from(encodeMessage(message))
}

function data(wrong: Partial<Extract<NativeMessage, { type: 'data' }>>): Buffer {
  const body = encodeRecords({ records: [] })
  return messageBytes({
    type: 'data',
    stream: 'main',
    lane: 'live',
    first: 1n,
    count: 1,
    codec: 'plain',
    body,
    ...wrong,
  })
}

describe('a server that is sent nonsense', () => {
  const folder = mkdtempSync(join(tmpdir(), 'headwatch-bad-frames-'))
  let server: Server
  let client: EthstatsClient
  let host = ''
  before(async () => {
    const port = await freePort()
    host = `127.0.0.1:${port}`
    server = await startServer({ program: 'packages/cli/src/main.ts', port, dataFolder: join(folder, 'data'), secret })
    client = await joinEthstats(host, good, { secret })
    client.send(client.node.stats(5))
  })
  after(async () => {
    client[Symbol.dispose]()
    assert.equal(await server.process.terminate(), 0, server.process.lastLines.join('\n'))
    rmSync(folder, { recursive: true, force: true })
  })

  /** Sends every bad frame on a connection of its own that `enter` has prepared. */
  const sendAll = async (enter: () => Promise<WebSocket>, frames = badFrames) => {
    for (const [name, frame] of Object.entries(frames)) {
      const socket = await enter()
      socket.on('error', () => undefined)
      await new Promise((sent) => socket.send(frame, sent))
      // A ping is answered behind the frame, unless the frame ended the connection.
      if (socket.readyState === WebSocket.OPEN) {
        const isOver = Promise.race([once(socket, 'pong'), once(socket, 'close')])
        socket.ping()
        await isOver
      }
      socket.terminate()
      assert.ok(server.process.isAlive && (await server.api.isAlive()), `${name} did not end it`)
    }
  }
  const connect = async (path: string, subprotocol: string[] = []) => {
    const socket = new WebSocket(`ws://${host}${path}`, subprotocol)
    socket.on('error', () => undefined)
    await once(socket, 'open')
    return socket
  }
  const connectNative = () => connect('/agent', [nativeSubprotocol])
  /** An agent that the server has welcomed. */
  const joinNative = async (agent: string) => {
    const socket = await connectNative()
    const answered = once(socket, 'message')
    const streams = [{ stream: 'main', epoch: 'e', next: 1n }]
    socket.send(encodeMessage({ type: 'hello', agent, program: 'test/1', token: '', streams, capabilities: ['zstd'] }))
    const [answer] = (await answered) as [Buffer]
    assert.partialDeepStrictEqual(decodeMessage(answer), { ok: true, message: { type: 'welcome' } })
    return socket
  }
  /** The good client is where it was, and what it tells still arrives. */
  const isIntact = async () => {
    client.tellBlock()
    const before = (await server.api.blockHashes(network)).length
    client.tellBlock()
    await until('the next block of the good client is there', async () => {
      return (await server.api.blockHashes(network)).length > before
    })
    const nodes = (await server.api.nodes(network)) as readonly { node: string; peers?: number }[]
    assert.equal(nodes.find(({ node }) => node === good)?.peers, 5)
    assert.equal(client.socket.readyState, WebSocket.OPEN)
  }

  test('on the path of agents by somebody who has not said hello lives on, others untouched', async () => {
    await sendAll(() => connect('/api'))
    await isIntact()
  })

  test('on the path of agents by an agent that was let in lives on, others untouched', async () => {
    let joined = 0
    await sendAll(async () => (await joinEthstats(host, `bad-${++joined}`, { secret })).socket)
    await isIntact()
  })

  test('on the path of native agents by somebody who has not said hello lives on, others untouched', async () => {
    await sendAll(connectNative, { ...badFrames, ...badMessages })
    await isIntact()
  })

  test('on the path of native agents by an agent that was let in lives on, others untouched', async () => {
    const other = await joinNative('good-native')
    let joined = 0
    await sendAll(() => joinNative(`bad-native-${++joined}`), { ...badFrames, ...badMessages })
    await isIntact()
    assert.equal(other.readyState, WebSocket.OPEN)
    other.terminate()
  })

  test('on the path of viewers lives on, others untouched', async () => {
    await sendAll(() => connect('/api/v1/feed'))
    await isIntact()
  })

  test('on the path of viewers by one who already watches lives on, others untouched', async () => {
    await sendAll(async () => {
      const socket = await connect('/api/v1/feed')
      const answered = once(socket, 'message')
      socket.send('{"type":"subscribe","view":"v","question":{"of":"networks"}}')
      await answered
      return socket
    })
    await isIntact()
  })

  test('in requests that are none lives on', async () => {
    const requests: Readonly<Record<string, string>> = {
      'not HTTP': 'hello\r\n\r\n',
      'an endless line': `GET /${'x'.repeat(mib)}`,
      'endless headers': `GET / HTTP/1.1\r\n${'a: b\r\n'.repeat(100_000)}`,
      'a body that is not what it says':
        'POST /api/v1/networks HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999\r\n\r\nx',
      'a body that nobody asked for': `POST /api/v1/networks HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${mib}\r\n\r\n${'['.repeat(mib)}`,
      'half an upgrade': 'GET /agent HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n',
      'an upgrade to a path that is none':
        'GET /%00%ff/../.. HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    }
    for (const [name, text] of Object.entries(requests)) {
      const socket = createConnection({ host: '127.0.0.1', port: Number(host.split(':')[1]) })
      const answered = Promise.race([once(socket, 'data'), once(socket, 'close')])
      socket.on('error', () => undefined)
      socket.write(text)
      await answered
      socket.destroy()
      assert.ok(server.process.isAlive && (await server.api.isAlive()), `${name} did not end it`)
    }
    await isIntact()
  })

  test('on a path that nobody serves lives on', async () => {
    const socket = new WebSocket(`ws://${host}/nowhere`)
    const [error] = (await once(socket, 'error')) as [Error]
    assert.match(error.message, /Unexpected server response: 4\d\d/)
    await isIntact()
  })
})
