import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import type { TelemetryRecord } from '@headwatch/protocol'
import {
  decodeMessage,
  decodeRecords,
  encodeMessage,
  type NativeMessage,
  nativeSubprotocol,
} from '@headwatch/protocol/native'
import { type WebSocket, WebSocketServer } from 'ws'
import { NativeFleet } from './native-fleet.ts'

const agents = 3
const timeout = 20_000

describe('a native fleet', { timeout }, () => {
  test('sends what it counts: every agent its node, then its rounds in batches, numbered without holes', async () => {
    await using server = await startServer()
    const fleet = await connectedFleet(server.endpoint)
    await fleet.run(0.05)
    const { sentRecords, sentBatches, closedByServer } = fleet.counts
    await server.hasHeard(sentRecords)
    assert.ok(sentRecords > agents)
    assert.equal(sentRecords, agents + (sentBatches - agents) * 8)
    assert.equal(closedByServer, 0)
    const types = server.records.map(({ type }) => type)
    assert.equal(types.filter((type) => type === 'node').length, agents)
    assert.equal(types.filter((type) => type === 'block').length, (sentBatches - agents) * 2)
    for (const [agent, sequences] of server.sequences) {
      assert.deepEqual(
        sequences,
        Array.from(sequences, (_, index) => BigInt(index) + 1n),
        agent,
      )
    }
    await server.hasAcknowledged(fleet)
    fleet.stop()
  })

  test('tells of the same blocks for the same seed', async () => {
    const hashes = async () => {
      await using server = await startServer()
      const fleet = await connectedFleet(server.endpoint)
      await fleet.run(0.01)
      await server.hasHeard(agents + agents * 8)
      fleet.stop()
      return server.records.flatMap((record) => (record.type === 'block' ? record.block.hash : [])).slice(0, 2)
    }
    assert.deepEqual(await hashes(), await hashes())
  })

  test('rejects when the server does not welcome an agent', async () => {
    await using server = await startServer('refuses')
    const options = { endpoint: server.endpoint, agents, seed: 7, chainId: 1337, roundMs: 10, roundsPerBatch: 2 }
    await assert.rejects(new NativeFleet(options).connect(), /was refused/)
  })
})

async function connectedFleet(endpoint: string): Promise<NativeFleet> {
  const fleet = new NativeFleet({ endpoint, agents, seed: 7, chainId: 1337, roundMs: 10, roundsPerBatch: 2 })
  await fleet.connect()
  return fleet
}

/** A server that welcomes and acknowledges, or hangs up, and remembers. */
async function startServer(how: 'welcomes' | 'refuses' = 'welcomes') {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  const records: TelemetryRecord[] = []
  const sequences = new Map<string, bigint[]>()
  const waiting = new Set<() => void>()
  server.on('connection', (socket) => {
    let agent = ''
    socket.on('error', () => undefined)
    socket.on('message', (frame: Buffer) => {
      const decoded = decodeMessage(frame)
      assert.ok(decoded.ok)
      if (decoded.message.type === 'hello') {
        agent = decoded.message.agent
        if (how === 'refuses') return socket.close()
        say(socket, welcome)
      }
      if (decoded.message.type === 'data') {
        const { stream, lane, first, count, body } = decoded.message
        const read = decodeRecords(body, count)
        assert.ok(read.ok)
        records.push(...read.records)
        sequences.set(agent, [
          ...(sequences.get(agent) ?? []),
          ...read.records.map((_, index) => first + BigInt(index)),
        ])
        say(socket, { type: 'ack', stream, lane, through: first + BigInt(count) - 1n })
      }
      for (const wake of waiting) wake()
    })
  })
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise<void>((resolve) => waiting.add(resolve))
  }
  return {
    endpoint: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/agent`,
    records,
    sequences,
    hasHeard: (count: number) => until(() => records.length >= count),
    async hasAcknowledged(fleet: NativeFleet) {
      while (fleet.counts.unansweredRecords > 0) await new Promise((resolve) => setImmediate(resolve))
    },
    async [Symbol.asyncDispose]() {
      for (const client of server.clients) client.terminate()
      server.close()
      await once(server, 'close')
    },
  }
}

const welcome: NativeMessage = {
  type: 'welcome',
  server: 'test',
  program: nativeSubprotocol,
  streams: [],
  credit: { records: 1_000, bytes: 1_000_000 },
  heartbeatMs: 15_000,
  limits: { frameBytes: 1_048_576, batchRecords: 1_000 },
  collectEveryMs: 0,
  capabilities: [],
}

function say(socket: WebSocket, message: NativeMessage): void {
  socket.send(encodeMessage(message))
}
