import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import type { BlockReport, MetricSet, Telemetry } from '@headwatch/protocol'
import type { Collector, Host } from '@headwatch/sdk'
import { ethereumCollector } from './index.ts'

type Reply = (method: string, params: readonly unknown[]) => unknown

const hashOf = (number: number) => `0x${number.toString(16).padStart(64, '0')}`
const blockAt = (number: number, hash = hashOf(number)) => ({
  number: `0x${number.toString(16)}`,
  hash,
  parentHash: hashOf(Math.max(0, number - 1)),
  timestamp: '0x65000000',
  transactions: [hashOf(77)],
  uncles: [],
})
const missing = (code: number) => ({ error: { code, message: 'not here' } })

/** A client that answers each method as told; a string is sent as it is. */
async function clientThatAnswers(reply: Reply | string) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString()
    })
    request.on('end', () => {
      if (typeof reply === 'string') return void response.end(reply)
      const answer = (call: { id: number; method: string; params: unknown[] }) => {
        asked.push(call.method)
        return { id: call.id, ...(reply(call.method, call.params) as object) }
      }
      const calls = JSON.parse(body)
      response.end(JSON.stringify(Array.isArray(calls) ? calls.map(answer) : answer(calls)))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const stop = () => {
    server.closeAllConnections()
    server.close()
  }
  return { endpoint, asked, [Symbol.dispose]: stop }
}

function collectorFor(endpoint: string, options = {}): Collector {
  const silent = () => undefined
  const logger = { debug: silent, info: silent, warn: silent, error: silent }
  const clock = { now: () => 1_000, monotonicMs: () => 0, sleep: () => Promise.resolve() }
  const host: Host = { logger, clock, meter: { count: silent, set: silent }, self: { agent: 'a', node: 'a' } }
  const checked = ethereumCollector.config['~standard'].validate({ endpoint, ...options }) as { value: never }
  return ethereumCollector.create(checked.value, host)
}

/** One round: what was yielded, and what was thrown after it. */
async function round(collector: Collector) {
  const items: Telemetry[] = []
  let thrown: unknown
  try {
    for await (const item of collector.collect(new AbortController().signal)) items.push(item)
  } catch (error) {
    thrown = error
  }
  const blocks = items.filter((item): item is BlockReport => item.type === 'block')
  const metrics = items.filter((item): item is MetricSet => item.type === 'metrics').at(-1)?.readings
  return { items, blocks, metrics, thrown }
}

/** A chain whose head the test moves. */
function chainAt(state: { head: number; genesis?: string }): Reply {
  return (method, params) => {
    if (method === 'eth_chainId') return { result: '0x539' }
    if (method === 'web3_clientVersion') return { result: 'Geth/v1.17.0' }
    if (method === 'eth_syncing') return { result: false }
    if (method === 'net_peerCount') return { result: '0x0' }
    if (method === 'eth_gasPrice') return { result: '0xde0b6b3a7640001' }
    if (method === 'eth_getBlockByNumber') {
      const number = params[0] === 'latest' ? state.head : Number(params[0])
      return { result: blockAt(number, number === 0 ? state.genesis : undefined) }
    }
    return missing(-32601)
  }
}

describe('a round', () => {
  test('tells who the node is, its head and its readings, and keeps zero apart from unknown', async () => {
    using client = await clientThatAnswers(chainAt({ head: 5 }))
    const { items, blocks, metrics } = await round(collectorFor(client.endpoint))
    assert.partialDeepStrictEqual(items[0], {
      type: 'node',
      client: 'Geth/v1.17.0',
      chainId: 1337n,
      genesis: hashOf(0),
    })
    assert.equal(items[0]?.origin?.network, '1337-00000000')
    assert.partialDeepStrictEqual(blocks, [{ occasion: 'head', at: 1_000, block: { number: 5n, transactionCount: 1 } }])
    assert.equal(metrics?.['peers_count'], 0)
    assert.equal(metrics?.['gas_price_wei'], 1_000_000_000_000_000_001n)
    assert.equal(metrics?.['syncing_bool'], 0)
    assert.equal('pending_transactions_count' in (metrics ?? {}), false)
  })

  test('asks no more for a method the client does not have', async () => {
    using client = await clientThatAnswers(chainAt({ head: 5 }))
    const collector = collectorFor(client.endpoint)
    await round(collector)
    await round(collector)
    assert.equal(client.asked.filter((method) => method === 'txpool_status').length, 1)
    assert.equal(client.asked.filter((method) => method === 'eth_gasPrice').length, 2)
  })

  test('reports an unchanged head once and fills the heights it skipped', async () => {
    const state = { head: 5 }
    using client = await clientThatAnswers(chainAt(state))
    const collector = collectorFor(client.endpoint)
    await round(collector)
    assert.deepEqual((await round(collector)).blocks, [])
    state.head = 8
    const { blocks } = await round(collector)
    assert.deepEqual(
      blocks.map(({ occasion, block }) => [occasion, block.number]),
      [
        ['history', 6n],
        ['history', 7n],
        ['head', 8n],
      ],
    )
  })

  test('notices that another chain answers at the same address', async () => {
    const state = { head: 9, genesis: hashOf(0) }
    using client = await clientThatAnswers(chainAt(state))
    const collector = collectorFor(client.endpoint)
    await round(collector)
    Object.assign(state, { head: 2, genesis: `0xffff${hashOf(0).slice(6)}` })
    const { items, blocks } = await round(collector)
    assert.ok(items.some((item) => item.type === 'node' && item.origin?.network === '1337-ffff0000'))
    assert.deepEqual(
      blocks.map(({ block }) => block.number),
      [2n],
    )
  })

  test('reads a sync that says how far it is', async () => {
    const chain = chainAt({ head: 5 })
    using client = await clientThatAnswers((method, params) =>
      method === 'eth_syncing'
        ? { result: { startingBlock: '0x1', currentBlock: '0x5', highestBlock: '0x64' } }
        : chain(method, params),
    )
    const { metrics } = await round(collectorFor(client.endpoint))
    assert.partialDeepStrictEqual(metrics, { syncing_bool: 1, sync_current_block: 5, sync_highest_block: 100 })
  })

  test('works with a client that refuses batches', async () => {
    const chain = chainAt({ head: 5 })
    let batches = 0
    const server = createServer((request, response) => {
      request.on('data', (chunk: Buffer) => {
        const call = JSON.parse(chunk.toString())
        if (Array.isArray(call)) batches++
        const answer = Array.isArray(call)
          ? missing(-32600)
          : { id: call.id, ...(chain(call.method, call.params) as object) }
        response.end(JSON.stringify(answer))
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const collector = collectorFor(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const { blocks, metrics } = await round(collector)
    await round(collector)
    server.closeAllConnections()
    server.close()
    assert.equal(blocks.length, 1)
    assert.equal(metrics?.['rpc_up_bool'], 1)
    assert.equal(batches, 1)
  })
})

describe('a client that is unwell', () => {
  const isDown = ({ items, thrown }: { items: Telemetry[]; thrown: unknown }, why: RegExp) => {
    assert.deepEqual(
      items.map((item) => item.type === 'metrics' && item.readings['rpc_up_bool']),
      [0],
    )
    assert.equal((thrown as { retryable?: unknown }).retryable, true)
    assert.match((thrown as Error).message, why)
  }

  test('is down when nothing listens', async () => {
    const client = await clientThatAnswers('')
    client[Symbol.dispose]()
    isDown(await round(collectorFor(client.endpoint)), /nothing listens there/)
  })

  test('is down when it never answers', async () => {
    const server = createServer(() => undefined).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    isDown(await round(collectorFor(`http://127.0.0.1:${port}`, { timeoutMs: 100 })), /did not answer in time/)
    server.closeAllConnections()
    server.close()
  })

  for (const garbage of ['', 'hello', 'null', '7', '<html>Bad Gateway</html>', '{"a":']) {
    test(`is down when it answers ${JSON.stringify(garbage)}`, async () => {
      using client = await clientThatAnswers(garbage)
      isDown(await round(collectorFor(client.endpoint)), /not with JSON-RPC/)
    })
  }

  test('is down when its reply does not end', async () => {
    using client = await clientThatAnswers('x'.repeat(100_000))
    isDown(await round(collectorFor(client.endpoint, { maxReplyBytes: 65_536 })), /longer than 65536 bytes/)
  })

  for (const answer of [{}, { result: null }, { result: [] }, { error: null }, { error: 'oops' }, missing(-32000)]) {
    test(`is down when every call gets ${JSON.stringify(answer)}`, async () => {
      using client = await clientThatAnswers(() => answer)
      isDown(await round(collectorFor(client.endpoint)), /does not say which chain/)
    })
  }

  test('never shows the password that stands in its address', async () => {
    const { thrown } = await round(collectorFor('http://user:hunter2@127.0.0.1:1'))
    assert.doesNotMatch(`${(thrown as Error).message} ${(thrown as Error).stack}`, /hunter2/)
  })
})
