import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
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
  const sendAll = async (enter: () => Promise<WebSocket>) => {
    for (const [name, frame] of Object.entries(badFrames)) {
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
  const connect = async (path: string) => {
    const socket = new WebSocket(`ws://${host}${path}`)
    socket.on('error', () => undefined)
    await once(socket, 'open')
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

  test('on a path that nobody serves lives on', async () => {
    const socket = new WebSocket(`ws://${host}/nowhere`)
    const [error] = (await once(socket, 'error')) as [Error]
    assert.match(error.message, /Unexpected server response: 4\d\d/)
    await isIntact()
  })
})
