import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeState } from '@headwatch/protocol'
import type { NetworkReader, StoredGap, StoreReader } from '@headwatch/sdk'
import { fakeHost } from '@headwatch/sdk/testkit'
import { httpApi } from '../http-api.ts'

test('a node’s history tells what its agent declared in that time as never coming', async () => {
  const source = { agent: 'eu-1', stream: 'main', epoch: 'e' }
  const gap = (first: bigint, storedAt: number): StoredGap => {
    return { source, first, last: first + 11n, reason: 'wrapped', storedAt }
  }
  const stored = [gap(2n ** 60n, 900), gap(100n, 500), gap(1n, 100)]
  const store = {
    series: async () => [],
    gaps: async ({ agent }: { agent?: string }) => (agent === 'eu-1' ? stored : []),
  } as unknown as StoreReader
  const network = {
    node: (_network: string, node: string) => (node === 'geth-a' ? ({ agent: 'eu-1' } as NodeState) : undefined),
  } as unknown as NetworkReader
  const { clock, logger } = fakeHost()
  const api = await httpApi({
    network,
    store,
    clock,
    logger,
    alarms: () => [],
    completenessOf: () => ({ reported: 1, known: 1, oldestMs: 0, dropped: 0, missing: 12 }),
    health: () => [],
    metrics: () => '',
    dashboardFolder: undefined,
    version: '0',
  })
  const gapsOf = async (node: string) => {
    const url = `/api/v1/networks/1/nodes/${node}/history?names=peers_count&from=200&to=1000`
    return (await api.inject({ url })).json().gaps
  }
  const told = { agent: 'eu-1', stream: 'main', epoch: 'e', reason: 'wrapped' }
  assert.deepEqual(await gapsOf('geth-a'), [
    { ...told, first: '1152921504606846976', last: '1152921504606846987', storedAt: 900 },
    { ...told, first: '100', last: '111', storedAt: 500 },
  ])
  assert.deepEqual(await gapsOf('nobody'), [])
  await api.close()
})
