import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { readAgentConfig, startAgent } from '@headwatch/agent'
import { readServerConfig, startConfiguredServer } from '@headwatch/server'
import { freePort } from '../peers/free-port.ts'
import { temporaryFolder } from '../peers/temporary-folder.ts'
import { until } from '../peers/until.ts'

interface Shown {
  readonly key: { readonly resource: string; readonly alarmType: string; readonly qualifier: string }
  readonly condition: string
  readonly version: number
}

test('a server shows that one of an agent’s other destinations is stuck, and that it is not any more', async () => {
  using folder = temporaryFolder()
  const deadPort = await freePort()
  const serverAt = async (listen: string, name: string) => {
    const data = join(folder.path, name)
    const text = JSON.stringify({
      self: { agent: name },
      receivers: { native: {}, ethstats: {} },
      stores: { sqlite: { folder: data } },
      server: { listen, logLevel: 'error', folder: data },
      access: { sharedSecrets: ['test'], bindingsFile: join(data, 'agents.json') },
    })
    const read = await readServerConfig({ file: 'test', text, environment: {} })
    return startConfiguredServer(read, { version: '0.0.0', dashboardFolder: undefined, folder: folder.path })
  }
  await using server = await serverAt('127.0.0.1:0', 'main')
  const text = JSON.stringify({
    self: { agent: 'eu-1' },
    collectors: { host: { everyMs: 500 } },
    exporters: {
      native: { endpoint: `${server.url.replace('http', 'ws')}/agent`, token: 'test', retention: 'acked' },
      ethstats: { endpoint: `ws://127.0.0.1:${deadPort}`, secret: 'test', retryFirstMs: 50, retryMaxMs: 200 },
    },
    pipelines: { main: { from: ['host'], to: ['native', 'ethstats'], queue: { stuckAfterMs: 1_000 } } },
    program: { folder: join(folder.path, 'agent'), logLevel: 'error' },
  })
  await using agent = await startAgent(await readAgentConfig({ file: 'test', text, environment: {} }))
  const shown = async (condition: string): Promise<Shown | undefined> => {
    const { items } = (await (await fetch(`${server.url}/api/v1/alarms`)).json()) as { items: readonly Shown[] }
    return items.find((alarm) => alarm.key.alarmType === 'queue_stuck' && alarm.condition === condition)
  }
  const raised = await until('it is shown', () => shown('raised'))
  assert.deepEqual(raised.key, {
    resource: 'agent/eu-1/queue',
    alarmType: 'queue_stuck',
    qualifier: 'main/ethstats',
  })
  assert.deepEqual(agent.problems(), ['nothing is delivered to "ethstats" although data waits'])
  await using _other = await serverAt(`127.0.0.1:${deadPort}`, 'other')
  const cleared = await until('it is over', () => shown('cleared'))
  assert.equal(cleared.version, raised.version + 1)
  assert.deepEqual(agent.problems(), [])
})
