import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { NetworkChange } from '@headwatch/protocol'
import { NetworkState } from './network-state.ts'
import { head, header, metrics, network, report, start } from './testkit.ts'

const stateOf = (limits = {}) => new NetworkState({ startedAt: start, limits })

describe('the network a record belongs to', () => {
  test('joins the chain id alone with the one genesis that is known for it', () => {
    const state = stateOf()
    assert.equal(state.apply(head('a', header(1), { network: '5' })).origin.network, '5')
    assert.equal(state.apply(head('b', header(1), { network: '5-aaaaaaaa' })).origin.network, '5-aaaaaaaa')
    assert.equal(state.apply(head('a', header(2), { network: '5' })).origin.network, '5-aaaaaaaa')
    assert.deepEqual(
      state.reader.networks().map(({ network: id, nodes }) => [id, nodes]),
      [['5-aaaaaaaa', 2]],
    )
  })

  test('is another one where the genesis differs', () => {
    const state = stateOf()
    state.apply(head('a', header(1), { network: '5-aaaaaaaa' }))
    state.apply(head('b', header(1), { network: '5-bbbbbbbb' }))
    assert.equal(state.apply(head('c', header(1), { network: '5' })).origin.network, '5')
    assert.equal(state.reader.networks().length, 3)
  })

  test('is the usual one where a chain is well known and somebody invents a genesis', () => {
    const state = stateOf()
    state.apply(head('liar', header(1), { network: '1-ffffffff' }))
    state.apply(head('a', header(1), { network: '1-d4e56740' }))
    assert.equal(state.apply(head('b', header(1), { network: '1' })).origin.network, '1-d4e56740')
  })

  test('is where the agent or node last was, when nothing names it, and moves once something does', () => {
    const state = stateOf()
    assert.equal(state.apply(metrics('a', { cpu_used_ratio: 1 }, { network: undefined })).origin.network, 'unknown')
    assert.equal(state.reader.networks()[0]?.name, 'Not known yet')
    state.apply(report('a', { chainId: 5n, genesis: `0xaaaaaaaa${'0'.repeat(56)}` }, { network: undefined }))
    assert.equal(state.apply(metrics('a', { cpu_used_ratio: 1 }, { network: undefined })).origin.network, '5-aaaaaaaa')
    state.advance(start + 1000)
    assert.deepEqual(
      state.reader.networks().map((summary) => summary.network),
      ['5-aaaaaaaa'],
    )
  })

  test('is returned as it came where it is canonical already', () => {
    const record = head('a', header(1))
    assert.equal(stateOf().apply(record), record)
  })
})

describe('the list of nodes', () => {
  test('shows what came a moment ago, however often it was read before', () => {
    const state = stateOf()
    const peers = () => [...state.reader.nodes(network)].map((node) => node.peers)
    assert.deepEqual(peers(), [])
    state.apply(metrics('a', { peers_count: 1 }))
    assert.deepEqual(peers(), [1])
    state.apply(metrics('a', { peers_count: 2 }))
    assert.deepEqual(peers(), [2])
    state.advance(start + 3_600_000)
    assert.deepEqual(
      [...state.reader.nodes(network)].map(({ activity }) => activity),
      ['silent'],
    )
  })
})

describe('a node name', () => {
  test('stays with the agent that brought it', () => {
    const state = stateOf()
    state.apply(metrics('geth', { peers_count: 7 }, { agent: 'owner' }))
    const taken = state.apply(metrics('geth', { peers_count: 0 }, { agent: 'thief' }))
    assert.equal(taken.origin.node, 'geth@thief')
    assert.equal(state.reader.node(network, 'geth')?.peers, 7)
    assert.equal(state.reader.node(network, 'geth@thief')?.peers, 0)
  })

  test('passes to another agent once its owner is silent', () => {
    const state = stateOf()
    state.apply(metrics('geth', { peers_count: 7 }, { agent: 'old' }))
    state.advance(start + 60_000)
    assert.equal(state.apply(metrics('geth', { peers_count: 8 }, { agent: 'new' })).origin.node, 'geth')
    assert.equal(state.reader.node(network, 'geth')?.agent, 'new')
  })
})

describe('the head of a network', () => {
  const headOf = (state: NetworkState) => Number(state.reader.networks()[0]?.head?.block.number)

  test('is the only node’s block where there is one node', () => {
    const state = stateOf()
    state.apply(head('a', header(7)))
    assert.equal(headOf(state), 7)
  })

  test('needs two of three', () => {
    const state = stateOf()
    for (const node of ['a', 'b', 'c']) state.apply(head(node, header(7)))
    state.apply(head('a', header(8), { at: start + 1 }))
    assert.equal(headOf(state), 7)
    state.apply(head('b', header(8), { at: start + 2 }))
    assert.equal(headOf(state), 8)
  })

  test('counts a descendant as a word for its ancestor, also when the link comes late', () => {
    const state = stateOf()
    for (const node of ['a', 'b', 'c']) state.apply(head(node, header(7)))
    state.apply(head('a', header(9), { at: start + 2 }))
    state.apply(head('b', header(8), { at: start + 1 }))
    assert.equal(headOf(state), 8)
  })

  test('goes over to another chain and keeps how deep that went', () => {
    const state = stateOf()
    for (const node of ['a', 'b', 'c']) state.apply(head(node, header(7)))
    for (const node of ['a', 'b', 'c']) state.apply(head(node, header(8), { at: start + 1 }))
    for (const node of ['a', 'b']) state.apply(head(node, header(8, 'b', 'a'), { at: start + 2 }))
    for (const node of ['a', 'b', 'c']) state.apply(head(node, header(9, 'b'), { at: start + 3 }))
    assert.equal(headOf(state), 9)
    assert.deepEqual(
      state.reorgs(network).map(({ depth }) => depth),
      [1],
    )
    const old = state.reader.blocks(network, 10).find(({ block }) => block.hash === header(8).hash)
    assert.equal(old?.canonical, false)
  })

  test('is not that of nodes that sync, unless there are no others', () => {
    const state = stateOf()
    for (const node of ['a', 'b', 'c']) {
      state.apply(metrics(node, { syncing_bool: 1, sync_current_block: 30, sync_highest_block: 120 }))
      state.apply(head(node, header(30)))
    }
    assert.equal(headOf(state), 30)
    assert.equal(state.reader.node(network, 'a')?.activity, 'syncing')
    assert.equal(state.reader.node(network, 'a')?.syncProgress, 0.25)
    state.apply(head('d', header(120)))
    assert.equal(headOf(state), 120)
  })

  test('is still found after a lone first node claimed an absurd height', () => {
    const state = stateOf()
    state.apply(head('liar', header(999_999)))
    for (let height = 1; height <= 500; height++) {
      for (const node of ['a', 'b', 'c']) state.apply(head(node, header(height), { at: start + height }))
    }
    assert.equal(headOf(state), 500)
    assert.equal(state.reader.node(network, 'liar')?.activity, 'unknown')
    assert.ok(state.reader.blocks(network, 1000).every(({ block }) => block.number <= 500n))
  })
})

describe('a liar among honest nodes', () => {
  test('changes nothing shown with a chain of its own, and is marked', () => {
    const state = stateOf()
    for (const node of ['a', 'b', 'c']) state.apply(head(node, header(7)))
    for (let height = 5; height < 400; height++) state.apply(head('liar', header(height, 'x'), { at: start + height }))
    state.apply(head('liar', header(6, 'x'), { at: start + 1000 }))
    state.advance(start + 60)
    const [summary] = state.reader.networks()
    assert.equal(summary?.head?.block.hash, header(7).hash)
    assert.equal(state.reader.node(network, 'a')?.activity, 'in_sync')
    assert.match(state.reader.node(network, 'liar')?.activity ?? '', /other_head|unknown/)
  })

  test('cannot move the first sighting to before the block was made', () => {
    const state = stateOf()
    state.advance(start + 10_000)
    const block = { ...header(7), timestampS: start / 1000 }
    state.apply(head('a', block, { at: start + 500 }))
    state.apply(head('liar', block, { at: start - 3_600_000 }))
    state.apply(head('b', block, { at: start + 600 }))
    assert.equal(state.reader.node(network, 'b')?.head?.propagationMs, 100)
    assert.equal(state.reader.blocks(network, 1)[0]?.firstSeenBy, 'a')
  })
})

describe('propagation', () => {
  test('counts from the first sighting, whichever came in first, on the server’s clock', () => {
    const state = stateOf()
    state.apply(head('late', header(7), { at: start + 300 }))
    assert.equal(state.reader.node(network, 'late')?.head?.propagationMs, undefined)
    state.apply({ ...head('early', header(7), { at: start + 5000 }), clock: { offsetMs: -4900, errorMs: 3 } })
    assert.equal(state.reader.node(network, 'late')?.head?.propagationMs, 200)
    assert.equal(state.reader.node(network, 'early')?.head?.propagationMs, 0)
    const [summary] = state.reader.networks()
    assert.equal(summary?.clockErrorMs, 3)
    assert.deepEqual(
      summary?.propagation.filter(({ count }) => count > 0),
      [{ fromMs: 200, count: 1 }],
    )
  })

  test('may be wrong by the way here where reports come without a clock, of which then only readings tell', () => {
    const state = stateOf()
    state.apply(head('old', header(7)))
    state.apply(metrics('old', { latency_ms: 12 }))
    assert.equal(state.reader.networks()[0]?.clockErrorMs, 12)
    assert.equal(state.reader.node(network, 'old')?.clock, undefined)
    state.apply(metrics('old', { latency_ms: 9, clock_offset_ms: -5000, clock_error_ms: 10 }))
    assert.deepEqual(state.reader.node(network, 'old')?.clock, { offsetMs: -5000, errorMs: 10 })
    assert.equal(state.reader.networks()[0]?.clockErrorMs, 9)
  })

  test('is not told by repeats and history', () => {
    const state = stateOf()
    state.apply(head('a', header(7)))
    state.apply({ ...head('b', header(7), { at: start + 9000 }), occasion: 'repeat' })
    assert.equal(state.reader.node(network, 'b')?.head?.propagationMs, undefined)
    assert.deepEqual(state.reader.node(network, 'b')?.recentDelays.at(-1), 'unknown')
    assert.equal(state.reader.blocks(network, 1)[0]?.nodes, 2)
  })

  test('of a node’s last heights tells a delay, a miss, or that nobody knows', () => {
    const state = stateOf()
    for (const [index, height] of [5, 6, 7].entries()) {
      state.apply(head('a', header(height), { at: start + index * 1000 }))
      if (height !== 6) state.apply(head('b', header(height), { at: start + index * 1000 + 40 }))
    }
    assert.deepEqual(state.reader.node(network, 'b')?.recentDelays.slice(-4), ['unknown', 40, 'missed', 40])
  })
})

describe('what a node does', () => {
  test('is told by its latest word, also when an older one with a higher block comes late', () => {
    const state = stateOf()
    state.apply(head('a', header(10), { at: start + 5000 }))
    state.apply(head('a', header(11), { at: start + 4000 }))
    assert.equal(state.reader.node(network, 'a')?.head?.number, 10n)
    state.apply(head('a', header(9), { at: start + 6000 }))
    assert.equal(state.reader.node(network, 'a')?.head?.number, 9n)
  })

  test('is behind when others have had the next block for a while', () => {
    const state = stateOf()
    for (const node of ['a', 'b', 'c']) state.apply(head(node, header(7)))
    for (const node of ['a', 'b']) state.apply(head(node, header(8), { at: start + 1000 }))
    assert.deepEqual(
      [state.reader.node(network, 'c')?.activity, state.reader.node(network, 'c')?.behind],
      ['in_sync', 1],
    )
    state.advance(start + 15_000)
    assert.deepEqual(
      [state.reader.node(network, 'c')?.activity, state.reader.node(network, 'c')?.behind],
      ['behind', 1],
    )
  })
})

describe('followers', () => {
  test('who apply the changes in order have the state', () => {
    const state = stateOf()
    const nodes = new Map<string, unknown>()
    const blocks = new Map<string, unknown>()
    const summaries = new Map<string, unknown>()
    const onChange = (change: NetworkChange) => {
      if (change.kind === 'node') nodes.set(`${change.network} ${change.node.node}`, change.node)
      else if (change.kind === 'node_removed') nodes.delete(`${change.network} ${change.node}`)
      else if (change.kind === 'block') blocks.set(change.block.block.hash, change.block)
      else summaries.set(change.network, change.summary)
    }
    state.reader.follow(onChange, new AbortController().signal)
    state.apply(metrics('a', { cpu_used_ratio: 1 }, { network: undefined }))
    state.flush()
    state.apply(head('a', header(6), { network: '5' }))
    state.apply(head('b', header(7), { network: '5' }))
    state.flush()
    state.apply(head('c', header(7), { network: '5-aaaaaaaa' }))
    state.apply(head('a', header(7), { network: '5', at: start + 10 }))
    state.advance(start)
    assert.deepEqual([...nodes.values()].sort(byNode), [...state.reader.nodes('5-aaaaaaaa')].sort(byNode))
    assert.deepEqual(new Set(blocks.values()), new Set(state.reader.blocks('5-aaaaaaaa', 10)))
    assert.deepEqual(summaries.get('5-aaaaaaaa'), state.reader.networks()[0])
  })

  test('that throw are let go while the others hear on', () => {
    const faults: unknown[] = []
    const heard: string[] = []
    const state = new NetworkState({ startedAt: start, onFollowerFault: (error) => faults.push(error) })
    const { signal } = new AbortController()
    state.reader.follow(() => {
      throw new Error('mine')
    }, signal)
    state.reader.follow(({ kind }) => heard.push(kind), signal)
    state.apply(metrics('a', { peers_count: 1 }))
    state.advance(start + 1)
    assert.equal(faults.length, 1)
    assert.deepEqual(heard, ['node', 'summary'])
  })

  test('hear nothing after they stop', () => {
    const state = stateOf()
    const stop = new AbortController()
    state.reader.follow(() => assert.fail('told after the end'), stop.signal)
    stop.abort()
    state.apply(metrics('a', { peers_count: 1 }))
    state.advance(start + 1)
  })
})

describe('limits', () => {
  test('keep out networks and nodes beyond them, count that, and let the record pass', () => {
    const state = stateOf({ maxNetworks: 1, maxNodesPerNetwork: 2 })
    for (const node of ['a', 'b', 'c']) state.apply(head(node, header(1)))
    assert.equal(state.apply(head('a', header(1), { network: '77' })).origin.network, '77')
    assert.equal([...state.reader.nodes(network)].length, 2)
    assert.deepEqual(state.refused(), {
      too_many_networks: 1,
      too_many_nodes: 1,
      too_many_agents: 0,
      implausible_block: 0,
    })
  })

  test('forget a node that was silent too long, and give its place to another without its past', () => {
    const state = stateOf({ forgetAfterMs: 120_000 })
    state.apply(head('a', header(1)))
    for (let second = 0; second < 200; second += 20) {
      state.advance(start + second * 1000)
      state.apply(head('b', header(1)))
    }
    assert.equal(state.reader.node(network, 'a'), undefined)
    state.apply(metrics('c', { peers_count: 1 }))
    assert.equal(
      state.reader.node(network, 'c')?.recentDelays.some((delay) => typeof delay === 'number'),
      false,
    )
  })

  test('refuse a block that cannot be one', () => {
    const state = stateOf()
    state.apply(head('a', { ...header(1), hash: '0x12' }))
    state.apply(head('a', { ...header(1), number: 2n ** 70n }))
    assert.equal(state.refused().implausible_block, 2)
    assert.equal(state.reader.node(network, 'a')?.head, undefined)
  })
})

test('a restart waits for the nodes it knew, and says so when they do not come', () => {
  const state = stateOf()
  state.restore([report('a', { client: 'Geth/v1' }, { at: start - 3_600_000 }), report('b', {}, { at: start - 1000 })])
  assert.deepEqual(
    [...state.reader.nodes(network)].map(({ node, activity }) => [node, activity]),
    [
      ['a', 'unknown'],
      ['b', 'unknown'],
    ],
  )
  state.apply(head('b', header(1)))
  state.advance(start + 31_000)
  const a = state.reader.node(network, 'a')
  assert.deepEqual([a?.client, a?.activity, a?.silence?.cause, a?.uptime], ['Geth/v1', 'silent', 'unclear', 0])
  assert.deepEqual(a?.silence?.evidence, ['not heard since this server started; last known 11:00:00 UTC on 2026-11-24'])
})

function byNode(a: unknown, b: unknown): number {
  return (a as { node: string }).node < (b as { node: string }).node ? -1 : 1
}
