import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { MetricRegistry, type RunningPipelines } from '@headwatch/pipeline'
import { AlarmBook } from '@headwatch/protocol'
import { fakeHost } from '@headwatch/sdk/testkit'
import { trustedProxies } from '../door/peer-address.ts'
import { WebSocketDoor } from '../door/web-socket-door.ts'
import { NetworkState } from '../network/network-state.ts'
import { serverSettings } from '../settings.ts'
import { startReporting } from './start-reporting.ts'

test('reporting that cannot have its address says why and leaves nothing behind that measures', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  const { clock, logger } = fakeHost()
  const metrics = new MetricRegistry()
  const starting = startReporting({
    settings: serverSettings.parse({ listen: `127.0.0.1:${port}` }),
    version: '0',
    dashboardFolder: undefined,
    clock,
    logger,
    metrics,
    network: new NetworkState({ startedAt: 0 }).reader,
    alarms: new AlarmBook(),
    pipelines: { firstStore: undefined, problems: () => [] } as unknown as RunningPipelines,
    frontDoor: new WebSocketDoor({ maxConnections: 1, isTrusted: trustedProxies([]) }, { logger, meter: metrics }),
  })
  await assert.rejects(starting, { retryable: false, message: /cannot listen on .* another program listens there/ })
  assert.deepEqual(metrics.read(), [])
  taken.close()
})
