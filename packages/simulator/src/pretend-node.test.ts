import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { AgentReader } from '@headwatch/protocol/ethstats'
import { clientKinds } from './client-kinds.ts'
import { PretendChain } from './pretend-chain.ts'
import { PretendNode } from './pretend-node.ts'

const chain = new PretendChain(1)
const blocks = [1, 2, 3, 4].map((second) => chain.seal(1_700_000_000 + second))
const [block = chain.head] = blocks
const nodes = [new PretendNode('plain'), ...clientKinds.map((kind) => new PretendNode(kind.name, kind))]

for (const node of nodes) {
  describe(`a pretend ${node.id}`, () => {
    const frames = {
      node_ping: node.nodePing(1_766_000_000_000),
      latency: node.latency(6),
      block: node.block(node.blockJson(block)),
      history: node.history(blocks),
      pending: node.pending(4),
      stats: node.stats(5),
      block_new_payload: node.timing(block, 1),
    }
    const reader = new AgentReader()
    const hello = reader.read(node.hello('secret', 1337))

    test('says hello', () => assert.ok(hello.kind === 'hello' && hello.hello.network === '1337'))

    for (const [name, frame] of Object.entries(frames)) {
      test(`says ${name} so that a server takes all of it`, () => {
        const read = reader.read(frame)
        assert.equal(read.kind, ['node_ping', 'history'].includes(name) ? name : 'telemetry')
        // What Nethermind calls latency tells nothing.
        const items = name === 'latency' && node.id === 'Nethermind' ? 0 : 1
        if (read.kind === 'telemetry') assert.deepEqual([read.topic, read.items.length], [name, items])
        if (read.kind === 'history') assert.deepEqual([read.items.length, read.unreadable], [4, 0])
        if (read.kind === 'node_ping') assert.equal(read.sentAt, 1_766_000_000_000)
      })
    }

    test('is in sync, whatever its word for that is', () => {
      const read = reader.read(node.stats(5))
      assert.ok(read.kind === 'telemetry' && read.items[0]?.type === 'metrics')
      assert.equal(read.items[0].readings['syncing_bool'], 0)
      assert.equal(read.items[0].readings['peers_count'], 5)
    })
  })
}
