import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import type { Batch } from '@headwatch/sdk'
import { checkExporter, checkedConfig, fakeHost } from '@headwatch/sdk/testkit'
import { jsonLinesExporter } from './json-lines-exporter.ts'

/** An endpoint that takes lines and answers as told. */
async function endpoint() {
  const lines: string[] = []
  const told = { status: 204, headers: {} as Record<string, string>, isSilent: false }
  const waiting = new Set<() => void>()
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request)
    if (told.isSilent) return
    if (told.status === 204) lines.push(...body.split('\n').slice(0, -1))
    for (const wake of waiting) wake()
    response.writeHead(told.status, told.headers).end()
  }
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    config: { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` },
    lines,
    told,
    async received(count: number) {
      while (lines.length < count) await new Promise<void>((resolve) => waiting.add(resolve))
    },
    refuse: () => Object.assign(told, { status: 400 }),
    postpone: () => Object.assign(told, { status: 503 }),
    fallSilent: () => Object.assign(told, { isSilent: true }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

checkExporter(jsonLinesExporter, {
  peer: endpoint,
  pointedAt: (address) => ({ endpoint: `http://${address}/` }),
  invalid: [{ endpoint: 'ftp://example.org' }, { timeoutMs: 1 }],
})

async function exportTo(destination: Awaited<ReturnType<typeof endpoint>>): Promise<unknown> {
  const exporter = jsonLinesExporter.create(
    await checkedConfig(jsonLinesExporter.config, destination.config),
    fakeHost(),
  )
  const batch: Batch = {
    source: { agent: 'eu-1', stream: 'main', epoch: 'e1' },
    lane: 'live',
    first: 1n,
    count: 1,
    records: [{ type: 'metrics', origin: { agent: 'eu-1', node: 'a' }, at: 5, readings: { gas_price_wei: 2n ** 64n } }],
  }
  return exporter.export(batch, new AbortController().signal)
}

test('writes a record as one line, large numbers as text', async () => {
  await using destination = await endpoint()
  await exportTo(destination)
  assert.deepEqual(destination.lines, [
    '{"type":"metrics","origin":{"agent":"eu-1","node":"a"},"at":5,"readings":{"gas_price_wei":"18446744073709551616"}}',
  ])
})

test('comes back when the endpoint says', async () => {
  await using destination = await endpoint()
  Object.assign(destination.told, { status: 429, headers: { 'retry-after': '12' } })
  await assert.rejects(exportTo(destination), { name: 'RetryableError', retryAfterMs: 12_000 })
})
