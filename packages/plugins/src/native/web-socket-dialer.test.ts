import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { describe, test } from 'node:test'
import { awayAddress, badPeer } from '@headwatch/sdk/testkit'
import type { Link, LinkListener } from './link.ts'
import { startEntrance, testCertificate } from './testkit/web-socket-entrance.ts'
import { WebSocketDialer } from './web-socket-dialer.ts'

const timeout = 20_000
const never = new AbortController().signal
const caFile = testCertificate.certFile

/** Remembers what a link brought, and lets one wait for it. */
function ears() {
  const frames: string[] = []
  const waiting = new Set<() => void>()
  const ended = Promise.withResolvers<boolean>()
  let drains = 0
  const wake = () => {
    for (const each of waiting) each()
  }
  const listener: LinkListener = {
    onFrame: (frame) => {
      frames.push(Buffer.from(frame).toString('hex'))
      wake()
    },
    onDrain: () => {
      drains++
      wake()
    },
    onEnd: (clean) => ended.resolve(clean),
  }
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise<void>((resolve) => waiting.add(resolve))
  }
  return {
    listener,
    frames,
    ended: ended.promise,
    hasHeard: (count: number) => until(() => frames.length >= count),
    hasDrained: () => until(() => drains > 0),
  }
}

/** An entrance that sends back what it is sent. */
async function echo(options: Parameters<typeof startEntrance>[0] = {}) {
  const entrance = await startEntrance(options)
  const answer = (link: Link): LinkListener => ({ onFrame: (frame) => link.send(frame), onEnd: () => undefined })
  entrance.listen('', answer, never)
  return entrance
}

describe('a link over WebSocket', { timeout }, () => {
  test('brings frames whole and in order, and tells when all have left', async () => {
    await using entrance = await echo()
    const { listener, frames, hasHeard, hasDrained, ended } = ears()
    const link = await new WebSocketDialer().dial(entrance.endpoint, listener, never)
    const sent = ['00', 'ff'.repeat(70_000), '01']
    for (const hex of sent) link.send(Buffer.from(hex, 'hex'))
    await hasHeard(3)
    await hasDrained()
    assert.deepEqual(frames, sent)
    link.close()
    assert.equal(await ended, true)
    link.close()
    link.send(new Uint8Array(1))
  })

  for (const [how, clean] of [
    ['close', true],
    ['terminate', false],
  ] as const) {
    test(`ends ${clean ? 'cleanly' : 'unclean'} when the server does ${how}`, async () => {
      await using entrance = await echo()
      const { listener, ended } = ears()
      await new WebSocketDialer().dial(entrance.endpoint, listener, never)
      for (const peer of entrance.sockets) peer[how]()
      assert.equal(await ended, clean)
    })
  }

  test('ends soon after its close when the server no longer answers anything', async () => {
    await using server = await handshakeOnly()
    const { listener, ended } = ears()
    const link = await new WebSocketDialer().dial(server.endpoint, listener, never)
    const startedMs = performance.now()
    link.close()
    assert.equal(await ended, false)
    assert.ok(performance.now() - startedMs < 10_000)
  })

  test('holds what a server does not read, and says how much', async () => {
    await using server = await handshakeOnly()
    const { listener, ended } = ears()
    const link = await new WebSocketDialer().dial(server.endpoint, listener, never)
    const frame = new Uint8Array(1_000_000)
    for (let sent = 0; sent < 64; sent++) link.send(frame)
    assert.ok(link.bufferedBytes > 1_000_000, `${link.bufferedBytes} bytes wait`)
    link.close()
    assert.equal(await ended, false)
  })
})

describe('no link comes about', { timeout }, () => {
  const fails = async (endpoint: string, message: RegExp, files = {}) => {
    const dialling = new WebSocketDialer(files).dial(endpoint, ears().listener, never)
    await assert.rejects(dialling, { name: 'RetryableError', message })
  }

  test('where nobody listens', async () => fails(`ws://${await awayAddress()}/agent`, /ECONNREFUSED/))

  test('where the path is another', async () => {
    await using entrance = await echo()
    await fails(entrance.endpoint.replace('/agent', '/elsewhere'), /no entrance for agents at this path/)
  })

  test('where another version is spoken, which is said', async () => {
    await using entrance = await echo({ subprotocol: 'headwatch.v9' })
    await fails(entrance.endpoint, /does not speak headwatch\.v1/)
  })

  test('where something else answers', async () => {
    await using peer = await badPeer('sends_garbage')
    await fails(`ws://${peer.address}/agent`, /it answers 200/)
  })

  test('where there is no place now, for as long as the answer says', async () => {
    const head = 'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n'
    const server = createServer((socket) => void socket.on('error', () => undefined).end(head)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const endpoint = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/agent`
    const dialling = new WebSocketDialer().dial(endpoint, ears().listener, never)
    await assert.rejects(dialling, { name: 'RetryableError', retryAfterMs: 7_000, message: /no place now/ })
    server.close()
  })

  test('once the attempt is given up', async () => {
    await using peer = await badPeer('hangs')
    const stop = new AbortController()
    const dialling = new WebSocketDialer().dial(`ws://${peer.address}/agent`, ears().listener, stop.signal)
    await peer.touched
    stop.abort()
    await assert.rejects(dialling, { name: 'RetryableError' })
  })

  test('where the certificate is signed by nobody known', async () => {
    await using entrance = await echo({ tls: 'server' })
    await fails(entrance.endpoint, /self-signed certificate/)
  })

  test('where a certificate is asked for and none is shown', async () => {
    await using entrance = await echo({ tls: 'both_sides' })
    await fails(entrance.endpoint, /no connection/, { caFile })
  })

  test('where a file for TLS is missing', async () => {
    await using entrance = await echo({ tls: 'server' })
    await fails(entrance.endpoint, /a file for TLS cannot be read: ENOENT/, { caFile: '/nowhere/ca.pem' })
  })
})

describe('a link over TLS comes about', { timeout }, () => {
  for (const [how, tls, files] of [
    ['where the authority is known', 'server', { caFile }],
    ['where a certificate is asked for and shown', 'both_sides', { caFile, ...testCertificate }],
  ] as const) {
    test(how, async () => {
      await using entrance = await echo({ tls })
      const { listener, frames, hasHeard } = ears()
      const link = await new WebSocketDialer(files).dial(entrance.endpoint, listener, never)
      link.send(new Uint8Array([7]))
      await hasHeard(1)
      assert.deepEqual(frames, ['07'])
      link.close()
    })
  }
})

/** Agrees to speak and then neither reads nor says anything, as a host does that is gone. */
async function handshakeOnly() {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('data', (request) => {
      socket.pause()
      const key = /sec-websocket-key: (\S+)/i.exec(request.toString())?.[1] ?? ''
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
      const head = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade']
      head.push(`Sec-WebSocket-Accept: ${accept}`, 'Sec-WebSocket-Protocol: headwatch.v1')
      socket.write(`${head.join('\r\n')}\r\n\r\n`)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    endpoint: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/agent`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
