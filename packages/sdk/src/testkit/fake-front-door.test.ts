import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Socket } from '../front-door.ts'
import { fakeFrontDoor } from './fake-front-door.ts'

function echoing() {
  const door = fakeFrontDoor()
  const stop = new AbortController()
  const ends: boolean[] = []
  const sockets: Socket[] = []
  const accept = (socket: Socket) => {
    sockets.push(socket)
    return {
      onText: (text: string) => socket.send(text),
      onBinary: (frame: Uint8Array) => socket.send(frame),
      onEnd: (clean: boolean) => void ends.push(clean),
    }
  }
  door.webSocket({ path: '/api', maxFrameBytes: 10, accept }, stop.signal)
  const connect = (path = '/api') => {
    const peer = door.connect(path)
    assert.ok(peer !== undefined)
    return peer
  }
  return { door, stop, ends, sockets, connect }
}

test('a route takes its own path and what lies below it', () => {
  const { door } = echoing()
  assert.ok(door.connect('/api/v1') !== undefined)
  assert.equal(door.connect('/apis'), undefined)
})

test('frames go both ways, in order', async () => {
  const peer = echoing().connect()
  peer.send('a')
  peer.send(new Uint8Array([1]))
  assert.deepEqual([await peer.next(), await peer.next()], ['a', new Uint8Array([1])])
})

test('the end is told once, clean or not, and never from inside the call', async () => {
  const { connect, ends, sockets } = echoing()
  connect().close()
  connect().vanish()
  const third = connect()
  sockets[2]?.close(1008, 'no')
  assert.deepEqual(ends, [])
  assert.deepEqual(await third.ended, { code: 1008, reason: 'no' })
  third.close()
  await Promise.resolve()
  assert.deepEqual(ends, [true, false, true])
  assert.equal(await third.next(), undefined)
})

test('a frame that is too long ends the connection, and so does the end of the route', async () => {
  const { connect, stop } = echoing()
  const long = connect()
  long.send('x'.repeat(11))
  assert.equal((await long.ended)?.code, 1009)
  const other = connect()
  stop.abort()
  assert.equal((await other.ended)?.code, 1001)
})
