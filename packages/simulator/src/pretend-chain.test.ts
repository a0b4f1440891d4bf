import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { AgentReader, ethstatsLimits } from '@headwatch/protocol/ethstats'
import fc from 'fast-check'
import { PretendChain } from './pretend-chain.ts'
import { PretendNode } from './pretend-node.ts'

const chainOf = (seed: number, length: number) => {
  const chain = new PretendChain(seed)
  return [chain.head, ...Array.from({ length }, (_, index) => chain.seal(1_700_000_005 + index * 5))]
}

describe('a pretend chain', () => {
  test('is the same for the same seed, and another one for another', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0 }), fc.nat(20), (seed, length) => {
        assert.deepEqual(chainOf(seed, length), chainOf(seed, length))
        assert.notEqual(chainOf(seed, 0)[0]?.hash, chainOf(seed + 1, 0)[0]?.hash)
      }),
      { numRuns: 50 },
    )
  })

  test('is one: every block stands on the one before it', () => {
    const blocks = chainOf(7, 50)
    for (const [index, block] of blocks.entries()) {
      const parent = blocks[index - 1]
      if (parent === undefined) continue
      assert.equal(block.parentHash, parent.hash)
      assert.equal(block.number, parent.number + 1)
    }
    assert.equal(new Set(blocks.map(({ hash }) => hash)).size, blocks.length)
  })
})

describe('a pretend node', () => {
  const node = new PretendNode('sim-1')
  const [block] = chainOf(1, 0)
  const frames = {
    hello: node.hello('secret', 1337),
    node_ping: node.nodePing('1'),
    latency: node.latency(3),
    block: node.block(JSON.stringify(block)),
    history: node.history(chainOf(1, 3)),
    pending: node.pending(4),
    stats: node.stats(5),
  }

  for (const [name, frame] of Object.entries(frames)) {
    test(`says ${name} so that a server takes all of it`, () => {
      const read = new AgentReader(ethstatsLimits).read(frame)
      assert.equal(read.kind, ['latency', 'block', 'pending', 'stats'].includes(name) ? 'telemetry' : name)
      if (read.kind === 'telemetry') assert.deepEqual([read.topic, read.items.length], [name, 1])
      if (read.kind === 'history') assert.deepEqual([read.items.length, read.unreadable], [4, 0])
    })
  }
})
