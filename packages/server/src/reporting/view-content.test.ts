import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ListedNode, NodeState } from '@headwatch/protocol'
import type { NetworkReader } from '@headwatch/sdk'
import { viewContent } from './view-content.ts'

test('a list builds the states of the nodes that it shows, of no others', () => {
  const listed = Array.from({ length: 1_000 }, (_, index): ListedNode => {
    return { node: `n${String(index).padStart(4, '0')}`, activity: 'in_sync', peers: index, lastSeenAt: 0, uptime: 1 }
  })
  const built: string[] = []
  const network = {
    list: () => listed,
    node: (_network: string, node: string) => {
      built.push(node)
      return { node } as NodeState
    },
  } as unknown as NetworkReader
  const question = { of: 'nodes', network: '1', filter: { text: 'n00' }, window: { offset: 2, count: 3 } } as const
  const sort = { by: 'peers', direction: 'descending' } as const
  const content = viewContent({ ...question, sort }, { network, alarms: () => [], health: () => [] })
  assert.deepEqual(content, {
    kind: 'rows',
    rows: ['n0097', 'n0096', 'n0095'].map((node) => ({ key: node, value: { node } })),
    total: 100,
    known: 1_000,
    offset: 2,
  })
  assert.deepEqual(built, ['n0097', 'n0096', 'n0095'])
})
