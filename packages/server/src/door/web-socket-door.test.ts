import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { fakeHost } from '@headwatch/sdk/testkit'
import { WebSocket } from 'ws'
import { trustedProxies } from './peer-address.ts'
import { WebSocketDoor } from './web-socket-door.ts'

test('a listener that throws, at the door or on a frame, costs its own connection and is counted', async () => {
  const { logger, meter } = fakeHost()
  const door = new WebSocketDoor({ maxConnections: 10, isTrusted: trustedProxies([]) }, { logger, meter })
  const server = createServer()
  door.attach(server)
  let comers = 0
  const stop = new AbortController()
  const accept = () => {
    if (++comers === 1) throw new Error('at the door')
    return {
      onText: (frame: string) => {
        if (frame === 'bad') throw new Error('on a frame')
      },
      onBinary: () => undefined,
      onEnd: () => undefined,
    }
  }
  door.webSocket({ path: '/x', maxFrameBytes: 100, accept }, stop.signal)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const connect = () => new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/x`)
  const endOf = async (peer: WebSocket) => (await once(peer, 'close'))[0]

  assert.equal(await endOf(connect()), 1011)
  const [bad, good] = [connect(), connect()]
  await Promise.all([once(bad, 'open'), once(good, 'open')])
  bad.send('bad')
  assert.equal(await endOf(bad), 1011)
  assert.equal(good.readyState, WebSocket.OPEN)
  assert.equal(meter.value('headwatch_connection_faults_total'), 2)
  stop.abort()
  assert.equal(await endOf(good), 1001)
  server.close()
})
