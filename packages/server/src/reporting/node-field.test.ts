import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ListedNode, NodeActivity, SeenBlock } from '@headwatch/protocol'
import fc from 'fast-check'
import { fieldOf } from './node-field.ts'

const head: SeenBlock = {
  block: { number: 9n, hash: '0x09', parentHash: '0x08', timestampS: 1 },
  firstSeenAt: 1_000,
  firstSeenBy: 'a',
  nodes: 2,
  canonical: true,
}
const onHead = (propagationMs?: number) => ({
  number: 9n,
  hash: '0x09' as const,
  seenAt: 1_000,
  ...(propagationMs !== undefined && { propagationMs }),
})
const node = (name: string, more: Partial<ListedNode> = {}): ListedNode => {
  return { node: name, activity: 'in_sync', lastSeenAt: 0, uptime: 1, ...more }
}
const country = (code: string) => ({ location: { level: 'country', country: code } }) as const
const everything = { filter: {}, groups: 16 }

describe('a node field', () => {
  test('counts who has the head by how late, who has it untimed and who waits', () => {
    const before = { number: 8n, hash: '0x08', seenAt: 1, propagationMs: 4 } as const
    const nodes = [
      node('a', { head: onHead(0), ...country('DE') }),
      node('b', { head: onHead(127), ...country('DE') }),
      node('c', { head: onHead(121), ...country('DE') }),
      node('d', { head: onHead(), ...country('DE') }),
      node('e', { head: { ...onHead(5), number: 10n, hash: '0x0a' }, ...country('DE') }),
      node('f', { head: before, ...country('DE') }),
      node('g', { activity: 'silent', head: onHead(7), ...country('FI') }),
      node('h'),
    ]
    const { groups, ...rest } = fieldOf(nodes, head, { by: 'country', ...everything })
    assert.deepEqual(rest, { by: 'country', head: { number: 9n, hash: '0x09', firstSeenAt: 1_000 }, nodes: 8 })
    assert.deepEqual(
      groups.map(({ key, nodes: count, taken, untimed }) => [key, count, taken, untimed]),
      [
        ['DE', 6, [0, 1, 12, 2], 2],
        ['FI', 1, [], 0],
        [undefined, 1, [], 0],
      ],
    )
  })

  test('tells clients apart by name and version, and other heads by their hash', () => {
    const nodes = [
      node('a', { client: 'Geth/v1.16.4-stable/linux-amd64/go1.25' }),
      node('b', { client: 'Geth/v1.16.4-stable/linux-arm64/go1.24' }),
      node('c', { client: 'besu/v25.9.0/linux', activity: 'other_head', head: { ...onHead(1), hash: '0xbb' } }),
    ]
    const keys = (by: 'client' | 'head' | 'state') =>
      fieldOf(nodes, head, { by, ...everything }).groups.map(({ key, nodes: count }) => `${key} ${count}`)
    assert.deepEqual(keys('client'), ['Geth 1.16.4 2', 'besu 25.9.0 1'])
    assert.deepEqual(keys('head'), ['in_sync 2', '0xbb 1'])
    assert.deepEqual(keys('state'), ['in_sync 2', 'other_head 1'])
  })

  test('holds the nodes that match, by the short name of a client as well', () => {
    const nodes = ['Geth/v1.16.4-stable/x', 'Geth/home/v1.16.4/x', 'reth/v1.8.2'].map((client, at) =>
      node(`n${at}`, { client }),
    )
    const question = { by: 'client', groups: 16, filter: { client: ['geth 1.16'] } } as const
    assert.equal(fieldOf(nodes, head, question).nodes, 2)
  })

  test('never has more groups than asked, loses no node and gives the largest first', () => {
    const activity = fc.constantFrom<NodeActivity>('in_sync', 'behind', 'syncing', 'other_head', 'silent', 'unknown')
    const made = fc.record({
      activity,
      code: fc.option(fc.constantFrom('DE', 'US', 'FI', 'FR', 'SG', 'JP'), { nil: undefined }),
      ms: fc.option(fc.nat(90_000), { nil: undefined }),
    })
    fc.assert(
      fc.property(fc.array(made), fc.integer({ min: 2, max: 8 }), (list, most) => {
        const nodes = list.map(({ activity, code, ms }, at) =>
          node(`n${at}`, { activity, head: onHead(ms), ...(code && country(code)) }),
        )
        const { groups } = fieldOf(nodes, head, { by: 'country', filter: {}, groups: most })
        assert.ok(groups.length <= most)
        const sum = (of: (group: (typeof groups)[number]) => number) => groups.reduce((all, one) => all + of(one), 0)
        assert.equal(
          sum((group) => group.nodes),
          list.length,
        )
        const taken = ({ taken: pairs }: (typeof groups)[number]) =>
          pairs.reduce((all, count, at) => all + (at % 2) * count, 0)
        assert.equal(
          sum((group) => taken(group) + group.untimed),
          list.filter((one) => one.activity === 'in_sync').length,
        )
        const sizes = groups.filter(({ key }) => key !== undefined).map((group) => group.nodes)
        assert.deepEqual(
          sizes,
          sizes.toSorted((one, other) => other - one),
        )
      }),
    )
  })
})
