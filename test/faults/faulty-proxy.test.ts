import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { until } from '../peers/until.ts'
import { startFaultyProxy } from './faulty-proxy.ts'

/** A server that answers everything with itself, a client of it through a proxy, and what each heard. */
async function talk() {
  const heardByServer: string[] = []
  const accepted: Socket[] = []
  const ends: string[] = []
  const server = createServer((socket) => {
    accepted.push(socket)
    heardByServer.push('')
    const place = heardByServer.length - 1
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      heardByServer[place] += chunk.toString()
      socket.write(chunk)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy = await startFaultyProxy((server.address() as AddressInfo).port)
  const client = connect(proxy.port, '127.0.0.1')
  const heard = { byClient: '', byServer: heardByServer, ends }
  client.on('data', (chunk) => {
    heard.byClient += chunk.toString()
  })
  client.on('error', (error: NodeJS.ErrnoException) => ends.push(error.code ?? ''))
  client.on('close', () => ends.push('closed'))
  await once(client, 'connect')
  const clientHears = (text: string) => until(`the client hears ${text.length} bytes`, () => heard.byClient === text)
  const stop = async () => {
    client.destroy()
    await proxy[Symbol.asyncDispose]()
    for (const socket of accepted) socket.destroy()
    server.close()
  }
  return { proxy, client, heard, clientHears, [Symbol.asyncDispose]: stop }
}

test('passes what both sides say', async () => {
  await using talking = await talk()
  talking.client.write('hello')
  await talking.clientHears('hello')
  talking.client.end()
  await until('both ends have passed', () => talking.proxy.connections === 0)
})

test('holds one direction while the other passes, and brings what it held when it is restored', async () => {
  await using talking = await talk()
  talking.proxy.cut('to_client')
  talking.client.write('one')
  await until('the server has heard it', () => talking.heard.byServer[0] === 'one')
  talking.client.write('two')
  await until('the server has heard the next', () => talking.heard.byServer[0] === 'onetwo')
  assert.equal(talking.heard.byClient, '')
  talking.proxy.restore()
  await talking.clientHears('onetwo')
})

test('resets in the middle of what is said', async () => {
  await using talking = await talk()
  talking.client.write('1234')
  await talking.clientHears('1234')
  talking.proxy.resetAfter(3)
  talking.client.write('567890')
  await until('the client is reset', () => talking.heard.ends.length === 2)
  assert.deepEqual(talking.heard.ends, ['ECONNRESET', 'closed'])
  assert.ok('1234567'.startsWith(talking.heard.byServer[0] ?? ''), talking.heard.byServer[0])
})

test('resets who is there and who comes, until it is restored', async () => {
  await using talking = await talk()
  talking.client.write('1')
  await talking.clientHears('1')
  talking.proxy.refuse()
  await until('the client is reset', () => talking.heard.ends.length === 2)
  const refused = connect(talking.proxy.port, '127.0.0.1')
  const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException]
  assert.equal(error.code, 'ECONNRESET')
  talking.proxy.restore()
  const other = connect(talking.proxy.port, '127.0.0.1')
  other.write('2')
  await until('another comes through', () => talking.heard.byServer[1] === '2')
  other.destroy()
})

test('leaves the client alone with a connection that has no other end', async () => {
  await using talking = await talk()
  talking.client.write('here')
  await talking.clientHears('here')
  talking.proxy.halfOpen()
  await new Promise((sent) => talking.client.write('is anybody there?', sent))
  const other = connect(talking.proxy.port, '127.0.0.1')
  other.write('later')
  await until('another connection still works', () => talking.heard.byServer[1] === 'later')
  other.destroy()
  assert.deepEqual(talking.heard.ends, [])
  assert.equal(talking.heard.byServer[0], 'here')
})

test('says to the server once more, on another connection, what the client has said', async () => {
  await using talking = await talk()
  talking.client.write('said once')
  await talking.clientHears('said once')
  talking.proxy.duplicate()
  await until('the server hears it again', () => talking.heard.byServer[1] === 'said once')
  assert.equal(talking.heard.byClient, 'said once')
})

test('lets through no more bytes a second than it is told', async () => {
  await using talking = await talk()
  talking.proxy.limit(2_000)
  const startedAt = performance.now()
  talking.client.write('x'.repeat(500))
  await talking.clientHears('x'.repeat(500))
  assert.ok(performance.now() - startedAt >= 240, 'half of what 500 bytes at 2,000 a second take')
})
