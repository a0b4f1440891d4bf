import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { connect } from 'node:tls'
import type { NodeState, SeenBlock } from '@headwatch/protocol'
import { clientKinds, PretendChain } from '@headwatch/simulator'
import { joinEthstats } from './peers/ethstats-client.ts'
import { startTestServer } from './peers/in-process-server.ts'
import { until } from './peers/until.ts'

const timeout = 60_000

async function itemsAt<T>(url: string): Promise<readonly T[]> {
  const reply = await fetch(url)
  return reply.ok ? ((await reply.json()) as { items: T[] }).items : []
}

describe('one block told by a client of every kind', { timeout }, () => {
  test('is one block, with the time that each took and without one for who tells none', { timeout }, async () => {
    await using running = await startTestServer()
    const chain = new PretendChain(7)
    const network = `${running.url}/api/v1/networks/1337`
    const clients = []
    for (const kind of clientKinds) clients.push(await joinEthstats(running.host, kind.name, { chain, kind }))
    try {
      const block = chain.seal(Math.floor(Date.now() / 1000))
      const told = new Map<string, { readonly earliest: number; readonly latest: number }>()
      for (const [index, { node, send }] of clients.entries()) {
        const earliest = Date.now()
        send(node.block(node.blockJson(block)))
        await until(`${node.id} has it`, async () => {
          const [newest] = await itemsAt<SeenBlock>(`${network}/blocks`)
          return newest?.nodes === index + 1 ? newest : undefined
        })
        told.set(node.id, { earliest, latest: Date.now() })
      }
      const seen = await itemsAt<SeenBlock>(`${network}/blocks`)
      assert.deepEqual(
        seen.map(({ block: { hash }, nodes, firstSeenBy }) => ({ hash, nodes, firstSeenBy })),
        [{ hash: block.hash, nodes: clientKinds.length, firstSeenBy: clientKinds[0]?.name }],
      )
      assert.equal((await itemsAt(`${running.url}/api/v1/networks`)).length, 1)
      const first = told.get(clientKinds[0]?.name ?? '')
      for (const { node, head } of await itemsAt<NodeState>(`${network}/nodes`)) {
        const own = told.get(node)
        const propagationMs = head?.propagationMs
        assert.ok(first !== undefined && own !== undefined)
        if (node === 'Besu') assert.equal(propagationMs, undefined)
        else {
          const [least, most] = [Math.max(0, own.earliest - first.latest), own.latest - first.earliest]
          assert.ok(propagationMs !== undefined && propagationMs >= least && propagationMs <= most, node)
        }
      }
    } finally {
      for (const client of clients) client[Symbol.dispose]()
    }
  })
})

describe('a client that is told no scheme', { timeout }, () => {
  test('tries TLS first, is let go at once, and is let in without', { timeout }, async () => {
    await using running = await startTestServer()
    const { hostname, port } = new URL(running.url)
    const first = connect({ host: hostname, port: Number(port) })
    first.on('error', () => undefined)
    const startedAt = performance.now()
    await new Promise((resolve) => first.once('close', resolve))
    // geth waits five seconds for an answer before it tries the other way.
    assert.ok(performance.now() - startedAt < 5_000)
    using client = await joinEthstats(running.host, 'geth')
    assert.ok(client.heard[0]?.includes('ready'))
  })
})
