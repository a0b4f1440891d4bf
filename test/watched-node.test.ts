import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readAgentConfig, startAgent } from '@headwatch/agent'
import { mineBlocks, startAnvil } from './peers/anvil.ts'
import { startTestServer } from './peers/in-process-server.ts'
import { temporaryFolder } from './peers/temporary-folder.ts'
import { until } from './peers/until.ts'

interface Answer {
  readonly items?: readonly Record<string, unknown>[]
  readonly error?: { readonly code: string }
}

async function nodesOf(url: string): Promise<readonly Record<string, unknown>[]> {
  const networks = (await (await fetch(`${url}/api/v1/networks`)).json()) as Answer
  const answers = (networks.items ?? []).map(
    async ({ network }) => (await fetch(`${url}/api/v1/networks/${network}/nodes`)).json() as Promise<Answer>,
  )
  return (await Promise.all(answers)).flatMap(({ items }) => items ?? [])
}

test('a real chain is watched block by block, its death has a cause, and it comes back by itself', async () => {
  await using running = await startTestServer()
  using folder = temporaryFolder()
  let chain = await startAnvil()
  const text = JSON.stringify({
    self: { agent: 'eu-1' },
    collectors: { ethereum: { endpoint: chain.endpoint, everyMs: 500 }, host: {} },
    exporters: { ethstats: { endpoint: `ws://${running.host}`, secret: 'test', retryFirstMs: 100 } },
    program: { logLevel: 'error', folder: folder.path },
  })
  await using agent = await startAgent(await readAgentConfig({ file: 'test', text, environment: {} }))
  const node = (wanted: (node: Record<string, unknown>) => boolean) => async () =>
    (await nodesOf(running.url)).find(wanted)
  const headOf = (state: Record<string, unknown>) => (state['head'] as { number: string } | undefined)?.number

  await until(
    'the node is shown',
    node((state) => state['node'] === 'eu-1' && headOf(state) === '0'),
  )
  await mineBlocks(chain, 3)
  const shown = await until(
    'its head is shown',
    node((state) => headOf(state) === '3'),
  )
  assert.match(String(shown['client']), /^anvil\//)

  const diedAt = performance.now()
  await chain.kill()
  const silent = await until(
    'its death has a cause',
    node((state) => state['activity'] === 'silent'),
    60_000,
  )
  console.log(`the dead node was shown after ${Math.round(performance.now() - diedAt)} ms`)
  assert.partialDeepStrictEqual(silent['silence'], { cause: 'node' })

  chain = await startAnvil({ port: chain.port })
  await mineBlocks(chain, 1)
  await until(
    'it is back',
    node((state) => state['activity'] === 'in_sync' && headOf(state) === '1'),
    60_000,
  )
  await chain.kill()
  assert.deepEqual(agent.problems(), [])
})
