import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TelemetryRecord } from '@headwatch/sdk'
import { checkedConfig, checkStore, fakeHost } from '@headwatch/sdk/testkit'
import { memoryStore } from './memory-store.ts'

const options = await checkedConfig(memoryStore.config, {})

checkStore('memory_store', () => memoryStore.create(options, fakeHost()), { keeps: 'memory' })

test('forgets the oldest records beyond its limit, counts them, and takes none of them again', async () => {
  const host = fakeHost()
  const store = memoryStore.create({ maxRecords: 3 }, host)
  const { signal } = new AbortController()
  const records = Array.from({ length: 5 }, (_, number): TelemetryRecord => {
    const origin = { agent: 'eu-1', node: 'geth-a', network: '1' }
    return { type: 'log', origin, at: number, severity: 6, application: 'test', message: `${number}` }
  })
  const source = { agent: 'eu-1', stream: 'main', epoch: 'e1' }
  const batch = { source, lane: 'live', first: 0n, count: 5, records } as const
  assert.deepEqual(await store.append([batch], [], signal), { stored: 5, duplicates: 0 })
  assert.deepEqual(await store.append([batch], [], signal), { stored: 0, duplicates: 5 })
  const kept = await store.logs({ from: 0, to: 10, limit: 10 })
  assert.deepEqual(
    kept.map(({ message }) => message),
    ['4', '3', '2'],
  )
  assert.equal(host.meter.value('memory_store_forgotten_total'), 2)
})
