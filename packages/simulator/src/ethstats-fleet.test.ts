import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import { WebSocketServer } from 'ws'
import { EthstatsFleet } from './ethstats-fleet.ts'

const nodes = 5

describe('a fleet', () => {
  test('sends what it counts: every node one of each in a block time, the first one history', async () => {
    await using server = await startServer('ready')
    const fleet = fleetOn(server.endpoint)
    await fleet.connect()
    assert.equal(fleet.counts.connected, nodes)
    await fleet.run(0.05)
    await server.hasHeard('latency', nodes) // A node's last word: the answer to the answer to its ping.
    assert.deepEqual(server.topics(), fleet.counts.sent)
    assert.deepEqual(server.topics(), {
      hello: nodes,
      history: 2,
      block: nodes,
      pending: nodes,
      stats: nodes,
      'node-ping': nodes,
      latency: nodes,
    })
    fleet.stop()
    assert.equal(fleet.counts.closedByServer, 0)
  })

  test('tells the same for the same seed', async () => {
    const told = async () => {
      await using server = await startServer('ready')
      const fleet = fleetOn(server.endpoint)
      await fleet.connect()
      await server.hasHeard('history', 2)
      fleet.stop()
      return server.frames.toSorted()
    }
    assert.deepEqual(await told(), await told())
  })

  test('says who was refused', async () => {
    await using server = await startServer('refused')
    const fleet = fleetOn(server.endpoint)
    await assert.rejects(fleet.connect(), /sim-3-\d was refused \(1008\)/)
    fleet.stop()
  })
})

const options = { nodes, seed: 3, secret: 's', networkId: 1337, blockTimeS: 0.05, history: 100 }
const fleetOn = (endpoint: string) => new EthstatsFleet({ ...options, endpoint, clients: 'geth' })

/** The least a fleet needs: an answer to hello and to pings. Writes down what it hears. */
async function startServer(answer: 'ready' | 'refused') {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  const frames: string[] = []
  const heard = new EventTarget()
  server.on('connection', (socket) => {
    socket.on('message', (data: Buffer) => {
      const frame = data.toString()
      frames.push(frame)
      const topic = topicOf(frame)
      if (answer === 'refused') socket.close(1008)
      else if (topic === 'hello') socket.send('{"emit":["ready"]}')
      else if (topic === 'node-ping') socket.send('{"emit":["node-pong",{}]}')
      heard.dispatchEvent(new Event('frame'))
    })
  })
  await once(server, 'listening')
  return {
    endpoint: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/api`,
    frames,
    topics(): Record<string, number> {
      const counts: Record<string, number> = {}
      for (const topic of frames.map(topicOf)) counts[topic] = (counts[topic] ?? 0) + 1
      return counts
    },
    async hasHeard(topic: string, count: number): Promise<void> {
      while ((this.topics()[topic] ?? 0) < count) await once(heard, 'frame')
    },
    async [Symbol.asyncDispose](): Promise<void> {
      for (const client of server.clients) client.terminate()
      server.close()
      await once(server, 'close')
    },
  }
}

function topicOf(frame: string): string {
  return (JSON.parse(frame) as { emit: [string] }).emit[0]
}
