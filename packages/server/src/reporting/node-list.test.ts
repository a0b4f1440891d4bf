import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { NodeState } from '@headwatch/protocol'
import type { NodeSort, NodeSortKey } from '@headwatch/protocol/reporting'
import fc from 'fast-check'
import { listNodes } from './node-list.ts'

const node = (name: string, more: Partial<NodeState> = {}): NodeState => ({
  node: name,
  agent: name,
  network: '1',
  activity: 'in_sync',
  firstSeenAt: 0,
  lastSeenAt: 0,
  uptime: 1,
  recentDelays: [],
  ...more,
})
const names = (nodes: readonly NodeState[]) => nodes.map((state) => state.node)
const byName: NodeSort = { by: 'name', direction: 'ascending' }

describe('sorting', () => {
  test('puts what is not known last in either direction', () => {
    const nodes = [node('a'), node('b', { peers: 0 }), node('c', { peers: 9 })]
    assert.deepEqual(names(listNodes(nodes, {}, { by: 'peers', direction: 'ascending' })), ['b', 'c', 'a'])
    assert.deepEqual(names(listNodes(nodes, {}, { by: 'peers', direction: 'descending' })), ['c', 'b', 'a'])
  })

  test('by state begins with what deviates', () => {
    const nodes = [node('a'), node('b', { activity: 'silent' }), node('c', { activity: 'behind' })]
    assert.deepEqual(names(listNodes(nodes, {}, { by: 'state', direction: 'ascending' })), ['b', 'c', 'a'])
  })

  test('gives one order whatever the order before', () => {
    const keys: NodeSortKey[] = ['state', 'name', 'peers', 'latency', 'last_seen']
    const state = fc.record({
      name: fc.string(),
      peers: fc.option(fc.nat(3), { nil: undefined }),
      lastSeenAt: fc.nat(3),
    })
    const input = fc.uniqueArray(state, { selector: ({ name }) => name })
    fc.assert(
      fc.property(
        input,
        fc.constantFrom(...keys),
        fc.constantFrom('ascending' as const, 'descending' as const),
        (states, by, direction) => {
          const nodes = states.map(({ name, peers, lastSeenAt }) =>
            node(name, { lastSeenAt, ...(peers !== undefined && { peers }) }),
          )
          const sort = { by, direction }
          assert.deepEqual(names(listNodes(nodes.toReversed(), {}, sort)), names(listNodes(nodes, {}, sort)))
        },
      ),
    )
  })
})

describe('a filter', () => {
  const nodes = [
    node('eu-1', { client: 'Geth/v1.17', location: { level: 'country', country: 'DE' } }),
    node('us-1', { client: 'besu/v25', activity: 'behind' }),
  ]

  test('finds text in name, client and country, in any case', () => {
    assert.deepEqual(names(listNodes(nodes, { text: 'EU-' }, byName)), ['eu-1'])
    assert.deepEqual(names(listNodes(nodes, { text: 'BESU' }, byName)), ['us-1'])
    assert.deepEqual(names(listNodes(nodes, { text: '.*' }, byName)), [])
  })

  test('needs every part to hold', () => {
    assert.deepEqual(names(listNodes(nodes, { client: ['geth', 'besu'], activity: ['behind'] }, byName)), ['us-1'])
    assert.deepEqual(names(listNodes(nodes, { country: ['DE'], activity: ['behind'] }, byName)), [])
  })
})
