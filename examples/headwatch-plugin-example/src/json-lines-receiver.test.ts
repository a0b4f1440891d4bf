import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import type { Telemetry } from '@headwatch/sdk'
import { checkedConfig, checkReceiver, type FakeHost, fakeHost, turns } from '@headwatch/sdk/testkit'
import { jsonLinesReceiver } from './json-lines-receiver.ts'

const config = { listen: '127.0.0.1:0' }

/** A connection to the receiver of `host`, once that listens. */
async function connected(host: FakeHost) {
  const port = host.logger.lines.findLast(({ fields }) => 'port' in fields)?.fields.port
  if (port === undefined) throw new Error('does not listen yet')
  const socket: Socket = connect(Number(port), '127.0.0.1')
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  const answers = createInterface(socket)[Symbol.asyncIterator]()
  return {
    socket,
    async say(line: string): Promise<string | undefined> {
      socket.write(`${line}\n`)
      const { value } = await answers.next()
      return value
    },
    async [Symbol.asyncDispose]() {
      socket.destroy()
    },
  }
}

checkReceiver(jsonLinesReceiver, {
  invalid: [{ listen: 'everywhere' }, { maxLineBytes: 0 }],
  peer: async () => ({
    config,
    async connect(host) {
      const sender = await connected(host)
      return {
        send: async () => ((await sender.say('{"readings":{"a_count":1}}')) === 'ok' ? 'acknowledged' : 'refused'),
        sendGarbage: async () => void (await sender.say('\u0000{]')),
        [Symbol.asyncDispose]: () => sender[Symbol.asyncDispose](),
      }
    },
  }),
})

async function running() {
  const host = fakeHost()
  const taken: Telemetry[] = []
  const accept = Object.assign(async (items: readonly Telemetry[]) => void taken.push(...items), {
    gap: async () => undefined,
  })
  const stop = new AbortController()
  const options = await checkedConfig(jsonLinesReceiver.config, { ...config, maxLineBytes: 100 })
  const listening = jsonLinesReceiver.create(options, host).listen(accept, stop.signal)
  while (host.logger.lines.length === 0) await turns()
  return {
    taken,
    sender: await connected(host),
    async [Symbol.asyncDispose]() {
      stop.abort()
      await listening
    },
  }
}

test('reads a line as a metric set', async () => {
  await using receiver = await running()
  const { sender, taken } = receiver
  assert.equal(await sender.say('{"node":"geth-a","at":7,"readings":{"x_count":1},"labels":{"site":"a"}}'), 'ok')
  assert.deepEqual(taken, [
    { type: 'metrics', origin: { node: 'geth-a' }, at: 7, readings: { x_count: 1 }, labels: { site: 'a' } },
  ])
})

test('says of a line that it cannot read it, and reads the next', async () => {
  await using receiver = await running()
  for (const line of ['', '[]', '{"readings":{"x":"1"}}', '{"readings":']) {
    assert.equal(await receiver.sender.say(line), 'unreadable')
  }
  assert.equal(await receiver.sender.say('{"readings":{}}'), 'ok')
})

test('hangs up on a line that is too long', async () => {
  await using receiver = await running()
  receiver.sender.socket.write('x'.repeat(101))
  await once(receiver.sender.socket, 'close')
})
