import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { systemClock } from '@headwatch/pipeline'
import { nativeExporterPlugin } from '@headwatch/plugins/native'
import { encodeMessage, packFrames } from '@headwatch/protocol/native'
import type { Batch, Exporter } from '@headwatch/sdk'
import { checkedConfig, fakeHost, settled } from '@headwatch/sdk/testkit'
import { startTestServer, type TestServer } from './peers/in-process-server.ts'
import { readCounter } from './peers/read-counter.ts'
import { until } from './peers/until.ts'

const timeout = 30_000
const never = new AbortController().signal
const protocol = { 'headwatch-protocol': 'headwatch.v1' }
const counter = ({ url }: TestServer, name: string) => readCounter(`${url}/metrics`, name)

async function exporterTo({ url }: TestServer, token = 'a token'): Promise<Exporter> {
  const host = { ...fakeHost({ self: { agent: 'eu-1', node: 'geth-a' } }), clock: systemClock }
  const config = await checkedConfig(nativeExporterPlugin.config, { endpoint: url, token })
  return nativeExporterPlugin.create(config, host)
}

function batch(first: bigint, count: number): Batch {
  const about = { origin: { agent: 'eu-1', node: 'geth-a' }, at: Date.now(), severity: 6, application: 'test' } as const
  const records = Array.from({ length: count }, (_, index) => ({
    ...about,
    type: 'log' as const,
    message: `number ${first + BigInt(index)}`,
  }))
  return { source: { agent: 'eu-1', stream: 'main', epoch: 'e1' }, lane: 'live', first, count, records }
}

/** One request of a connection over HTTP, as raw as it can be. */
function post({ url }: TestServer, headers: Record<string, string>, body: Uint8Array = new Uint8Array()) {
  return fetch(`${url}/agent`, { method: 'POST', headers, body: Buffer.from(body) })
}

async function opened(server: TestServer): Promise<Record<string, string>> {
  const answer = await post(server, protocol)
  assert.equal(answer.status, 201)
  return { ...protocol, 'headwatch-connection': answer.headers.get('headwatch-connection') ?? '' }
}

describe('agents whose network lets no WebSocket through', { timeout, concurrency: 2 }, () => {
  test('send over HTTP what they would send otherwise, and are answered when it is stored', async () => {
    await using server = await startTestServer()
    const exporter = await exporterTo(server)
    await Promise.all([batch(1n, 200), batch(201n, 5), batch(206n, 1)].map((each) => exporter.export(each, never)))
    assert.equal(await counter(server, 'headwatch_native_records_total'), 206)
    assert.equal(await counter(server, 'headwatch_connections'), 1)
    await exporter[Symbol.asyncDispose]?.()
    await until('the connection is over', async () => (await counter(server, 'headwatch_connections')) === 0)
  })

  test('are told what is stored when they come back', async () => {
    await using server = await startTestServer()
    const first = await exporterTo(server)
    await first.export(batch(1n, 10), never)
    await first[Symbol.asyncDispose]?.()
    const second = await exporterTo(server)
    await second.export(batch(1n, 12), never)
    assert.equal(await counter(server, 'headwatch_native_records_total'), 12)
    assert.equal(await counter(server, 'headwatch_duplicates_total'), 0)
    await second[Symbol.asyncDispose]?.()
  })

  test('keep their names, and hear why they are sent away', async () => {
    await using server = await startTestServer()
    const owner = await exporterTo(server)
    await owner.export(batch(1n, 1), never)
    const thief = await exporterTo(server, 'another')
    await assert.rejects(async () => thief.export(batch(2n, 1), never), { goAway: 'unauthorized' })
    await owner.export(batch(2n, 1), never)
    const stopped = server.server.stop()
    const last = await settled(Promise.resolve(owner.export(batch(3n, 1), never)))
    if (last.how === 'rejected') assert.equal((last.thrown as Error).name, 'SessionEndedError')
    await stopped
  })

  test('are refused with a reason where they are wrong, and cost nobody else anything', async () => {
    await using server = await startTestServer({ native: { frameBytes: 4_096 } })
    const good = await exporterTo(server)
    await good.export(batch(1n, 1), never)
    const other = await post(server, { 'headwatch-protocol': 'headwatch.v2' })
    assert.deepEqual([other.status, await other.text()], [400, 'This path speaks headwatch.v1.\n'])
    assert.equal((await post(server, { ...protocol, 'headwatch-connection': 'guessed' })).status, 410)
    for (const run of [Uint8Array.of(1, 2, 3), packFrames([new Uint8Array(5_000)]), new Uint8Array(2_000_000)]) {
      const connection = await opened(server)
      assert.equal((await post(server, connection, run)).status, 400)
      assert.equal((await post(server, connection)).status, 410)
    }
    const busy = await opened(server)
    const statuses = (await Promise.all([post(server, busy), post(server, busy)])).map(({ status }) => status)
    assert.deepEqual(statuses.toSorted(), [200, 409])
    await good.export(batch(2n, 1), never)
    await good[Symbol.asyncDispose]?.()
  })

  test('that say nothing are left', async () => {
    await using server = await startTestServer({ native: { helloTimeoutMs: 100 } })
    const connection = await opened(server)
    const ping = packFrames([encodeMessage({ type: 'ping', sentAt: 1 })])
    const answer = await post(server, connection, ping)
    assert.equal(answer.status, 200)
    await until('it is forgotten', async () => (await post(server, connection)).status === 410)
    assert.equal(await counter(server, 'headwatch_connections'), 0)
  })
})
