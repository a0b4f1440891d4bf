import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BlockReport, ListedNode, TelemetryRecord } from '@headwatch/protocol'
import fc from 'fast-check'
import { NetworkState } from './network-state.ts'
import { head, header, metrics, network, session, start } from './testkit.ts'

const nodes = ['a', 'b', 'c', 'd', 'e']

/** A node's walk up one of two chains that part at height 3, reporting in its own time. */
const reports = fc.array(
  fc.record({
    node: fc.constantFrom(...nodes),
    height: fc.integer({ min: 1, max: 9 }),
    fork: fc.constantFrom('a', 'a', 'a', 'b'),
    atMs: fc.integer({ min: 0, max: 5000 }),
    occasion: fc.constantFrom('head' as const, 'head' as const, 'repeat' as const, 'history' as const),
  }),
  { minLength: 1, maxLength: 60 },
)

type Step = typeof reports extends fc.Arbitrary<(infer S)[]> ? S : never

function blockReport({ node, height, fork, atMs, occasion }: Step): TelemetryRecord<BlockReport> {
  const side = height <= 3 ? 'a' : fork
  return { ...head(node, header(height, side, height <= 4 ? 'a' : side), { at: start + atMs }), occasion }
}

function listed(state: NetworkState) {
  return [...state.reader.list(network)].map(asListed).sort((a, b) => (a.node < b.node ? -1 : 1))
}

function asListed({ node, activity, head, client, location, peers, latencyMs, lastSeenAt, uptime }: ListedNode) {
  return { node, activity, head, client, location, peers, latencyMs, lastSeenAt, uptime }
}

function stateAfter(records: readonly TelemetryRecord[]): NetworkState {
  const state = new NetworkState({ startedAt: start })
  for (const record of records) state.apply(record)
  return state
}

/** Everything that is shown, in a fixed order. */
function shown(state: NetworkState) {
  const byName = [...state.reader.nodes(network)].sort((a, b) => (a.node < b.node ? -1 : 1))
  const blocks = [...state.reader.blocks(network, 100)].sort((a, b) => (a.block.hash < b.block.hash ? -1 : 1))
  return { nodes: byName, blocks, summaries: state.reader.networks() }
}

/** Two reports of each node at the end, so that at least one block is agreed on whatever came before. */
const agreement = nodes.map((node) => head(node, header(10), { at: start + 6000 }))

test('any order of the same reports gives the same head, first sightings, delays and counts', () => {
  const shuffled = reports.chain((steps) => {
    const records = [...steps.map(blockReport), ...agreement]
    return fc.tuple(fc.constant(records), fc.shuffledSubarray(records, { minLength: records.length }))
  })
  fc.assert(
    fc.property(shuffled, ([records, other]) => {
      assert.deepEqual(shown(stateAfter(other)), shown(stateAfter(records)))
    }),
    { numRuns: 300 },
  )
})

test('one liar among three or more never moves the head, whatever it claims', () => {
  const lies = fc.array(
    fc.record({
      height: fc.integer({ min: 0, max: 1_000_000 }),
      fork: fc.constantFrom('a', 'x', 'y'),
      onFork: fc.constantFrom('a', 'x', 'y'),
      atMs: fc.integer({ min: -1_000_000, max: 1_000_000 }),
      after: fc.integer({ min: 2, max: 8 }),
    }),
    { maxLength: 40 },
  )
  fc.assert(
    fc.property(lies, (told) => {
      const state = new NetworkState({ startedAt: start })
      const honest = ['a', 'b', 'c']
      for (let height = 1; height <= 8; height++) {
        for (const node of honest) state.apply(head(node, header(height), { at: start + height * 100 }))
        for (const lie of told.filter(({ after }) => after === height)) {
          state.apply(head('liar', header(lie.height, lie.fork, lie.onFork), { at: start + lie.atMs }))
          assert.equal(state.reader.networks()[0]?.head?.block.hash, header(height).hash)
        }
      }
    }),
    { numRuns: 300 },
  )
})

test('nothing is negative, every count adds up, and a replay gives the same state', () => {
  const step = fc.oneof(
    reports.map((steps) => steps.map(blockReport)),
    fc
      .record({
        node: fc.constantFrom(...nodes),
        name: fc.constantFrom('rpc_up_bool', 'syncing_bool', 'host_uptime_s'),
        value: fc.integer({ min: 0, max: 1 }),
      })
      .map(({ node, name, value }) => [metrics(node, { [name]: value })]),
    fc
      .record({
        agent: fc.constantFrom(...nodes),
        change: fc.constantFrom('opened' as const, 'bye' as const, 'reset' as const, 'timed_out' as const),
      })
      .map(({ agent, change }) => [session(agent, change)]),
    fc.integer({ min: 0, max: 400_000 }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const run = () => {
        const state = new NetworkState({ startedAt: start, limits: { forgetAfterMs: 600_000 } })
        let now = start
        for (const what of steps) {
          if (typeof what === 'number') now += what
          if (typeof what === 'number') state.advance(now)
          else for (const record of what) state.apply(record)
        }
        return state
      }
      const state = run()
      const { nodes: states, summaries, blocks } = shown(state)
      for (const summary of summaries) {
        const sum = Object.values(summary.byActivity).reduce((total, count) => total + count, 0)
        assert.equal(sum, summary.nodes)
        assert.equal(
          Object.values(summary.silentBy).reduce((total, count) => total + count, 0),
          summary.byActivity.silent,
        )
        assert.ok(summary.propagation.every(({ count }) => count >= 0))
      }
      for (const { recentDelays, head: own, uptime, behind } of states) {
        assert.ok(recentDelays.every((delay) => typeof delay !== 'number' || delay >= 0))
        assert.ok((own?.propagationMs ?? 0) >= 0 && uptime >= 0 && uptime <= 1 && (behind ?? 0) >= 0)
      }
      assert.ok(blocks.every((block) => block.nodes >= 1))
      assert.deepEqual(listed(state), states.map(asListed))
      assert.deepEqual(shown(run()), shown(state))
    }),
    { numRuns: 200 },
  )
})
