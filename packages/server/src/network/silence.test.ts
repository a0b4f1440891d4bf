import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { NodeState, SessionChange } from '@headwatch/protocol'
import { NetworkState } from './network-state.ts'
import { head, header, metrics, network, session, start } from './testkit.ts'

/** A state that lives through seconds, in which the nodes that are named report: `a`, or `a via edge` behind another server. */
function scene() {
  const state = new NetworkState({ startedAt: start })
  let second = 0
  const live = (seconds: number, ...nodes: string[]): void => {
    for (const end = second + seconds; second < end; second++) {
      const at = start + second * 1000
      state.advance(at)
      if (second % 5 !== 0) continue
      for (const named of nodes) {
        const [node = named, via] = named.split(' via ')
        const reading = metrics(node, { rpc_up_bool: 1, peers_count: 3 }, { at })
        state.apply({ ...reading, origin: { ...reading.origin, ...(via !== undefined && { via }) } })
      }
    }
    state.advance(start + second * 1000)
  }
  const now = () => start + second * 1000
  const node = (name: string): NodeState => {
    const found = state.reader.node(network, name)
    assert.ok(found)
    return found
  }
  const end = (agent: string, change: SessionChange, id = '1') =>
    state.apply(session(agent, change, { session: id, at: now() }))
  /** News of a connection that this server's relay has, or of the relay's own. */
  const relayed = (agent: string, change: SessionChange, via?: string) => {
    const event = session(agent, change, { at: now() })
    state.apply({ ...event, origin: { ...event.origin, ...(via !== undefined && { via }) } })
  }
  return { state, live, node, now, end, relayed }
}

const verdict = ({ silence }: NodeState) => silence && [silence.cause, silence.confidence]

describe('a silent node', () => {
  test('whose agent said goodbye, or whose host closed the connection, lost its agent', () => {
    for (const change of ['bye', 'closed'] as const) {
      const { live, node, end } = scene()
      end('a', 'opened')
      live(60, 'a')
      end('a', change)
      live(4)
      assert.equal(node('a').silence, undefined, 'it may come back at once')
      live(4)
      assert.deepEqual(verdict(node('a')), ['agent', 'certain'])
      assert.match(node('a').silence?.evidence[0] ?? '', /^the agent('s side closed| said goodbye).* at 12:01:00 UTC/)
    }
  })

  test('whose connection broke off alone most likely lost its agent', () => {
    const { live, node, end } = scene()
    for (const agent of ['a', 'b', 'c']) end(agent, 'opened')
    live(60, 'a', 'b', 'c')
    end('a', 'reset')
    live(10, 'b', 'c')
    assert.deepEqual(verdict(node('a')), ['agent', 'inferred'])
  })

  test('whose agent ended at the server it reports through lost its agent, as that server saw it', () => {
    const { live, node, relayed } = scene()
    relayed('edge', 'opened')
    relayed('a', 'opened', 'edge')
    live(60, 'a via edge', 'b via edge')
    relayed('a', 'bye', 'edge')
    live(10, 'b via edge')
    assert.deepEqual(verdict(node('a')), ['agent', 'certain'])
    assert.equal(node('b').silence, undefined)
  })

  test('that reports through a server that is gone lost its path, and that is said until the server is back', () => {
    const { live, node, relayed } = scene()
    relayed('edge', 'opened')
    live(60, 'a via edge', 'b via edge', 'c')
    relayed('edge', 'reset')
    live(4, 'c')
    assert.equal(node('a').silence, undefined, 'it may come back at once')
    live(10, 'c')
    for (const name of ['a', 'b']) assert.deepEqual(verdict(node(name)), ['path', 'certain'])
    assert.match(node('a').silence?.evidence[0] ?? '', /^the server edge, through which it reports, broke off/)
    assert.equal(node('c').silence, undefined)
    live(600, 'c')
    assert.deepEqual(verdict(node('a')), ['path', 'certain'])
    relayed('edge', 'opened')
    live(10, 'a via edge', 'c')
    assert.equal(node('a').silence, undefined)
    assert.equal(node('a').lastSilence?.cause, 'path')
    assert.deepEqual(verdict(node('b')), ['path', 'certain'], 'it may still come')
    relayed('b', 'bye', 'edge')
    live(30, 'a via edge', 'c')
    assert.deepEqual(verdict(node('b')), ['agent', 'certain'])
  })

  test('is no less silent for what a server held back of it', () => {
    const { live, node, state, relayed, now } = scene()
    relayed('edge', 'opened')
    live(60, 'a via edge', 'c')
    relayed('a', 'bye', 'edge')
    live(200, 'c')
    for (let second = 10; second < 60; second++) {
      const origin = { agent: 'a', node: 'a', network, via: 'edge' }
      const late = { ...metrics('a', { peers_count: 3 }, { at: start + second * 1000 }), origin }
      state.apply({ ...late, clock: { offsetMs: 0, errorMs: 5 } })
    }
    live(1, 'c')
    assert.deepEqual(verdict(node('a')), ['agent', 'certain'])
    const old = { ...session('a', 'opened', { session: '0' }), at: now() - 300_000 }
    state.apply({ ...old, origin: { ...old.origin, via: 'edge' } })
    live(1, 'c')
    assert.deepEqual(verdict(node('a')), ['agent', 'certain'], 'news of an older connection came late')
  })

  test('whose connection stays open, or timed out, lost its path', () => {
    const { live, node, end, state } = scene()
    end('a', 'opened')
    end('b', 'opened')
    state.apply(metrics('c', { peers_count: 1 }))
    live(60, 'a', 'b', 'c')
    end('b', 'timed_out')
    live(60, 'c')
    assert.deepEqual(verdict(node('a')), ['path', 'inferred'])
    assert.deepEqual(verdict(node('b')), ['path', 'inferred'])
    assert.equal(node('c').silence, undefined)
  })

  test('without any connection that was seen is unclear', () => {
    const { live, node } = scene()
    live(60, 'a', 'b')
    live(60, 'b')
    assert.deepEqual(verdict(node('a')), ['unclear', 'inferred'])
    assert.equal(node('a').lastSeenAt, start + 55_000)
  })

  test('beside many of its prefix lost its path with them', () => {
    const { live, node, state, end, now } = scene()
    const lost = ['a', 'b', 'c', 'd']
    for (const agent of lost) state.apply(session(agent, 'opened', { prefix: '10.1.2.0/24' }))
    for (const agent of ['e', 'f', 'g', 'h', 'i']) state.apply(session(agent, 'opened', { prefix: '10.9.9.0/24' }))
    live(60, ...lost, 'e', 'f', 'g', 'h', 'i')
    for (const agent of lost) end(agent, 'reset')
    state.apply(session('e', 'reset', { prefix: '10.9.9.0/24', at: now() }))
    live(10, 'f', 'g', 'h', 'i')
    for (const name of lost) assert.deepEqual(verdict(node(name)), ['path', 'inferred'])
    assert.match(
      node('a').silence?.evidence[0] ?? '',
      /^4 of 4 of the agents of 10\.1\.2\.0\/24 fell silent within seconds/,
    )
    assert.deepEqual(verdict(node('e')), ['agent', 'inferred'])
  })

  test('whose agent says that the client does not answer is itself the cause, and at once', () => {
    const { live, node, state, now } = scene()
    live(60, 'a')
    state.apply(metrics('a', { rpc_up_bool: 0 }, { at: now() }))
    assert.deepEqual(verdict(node('a')), ['node', 'certain'])
    assert.equal(node('a').activity, 'silent')
    live(6, 'a')
    assert.equal(node('a').silence, undefined)
    assert.equal(node('a').lastSilence?.cause, 'node')
  })

  test('whose agent reports only the host is most likely itself the cause', () => {
    const { live, node, state, now } = scene()
    live(60, 'a')
    for (let turn = 0; turn < 12; turn++) {
      live(5)
      state.apply(metrics('a', { cpu_used_ratio: 0.5 }, { at: now() }))
    }
    assert.deepEqual(verdict(node('a')), ['node', 'inferred'])
  })

  test('is not called silent by the end of an older connection', () => {
    const { live, node, end } = scene()
    end('a', 'opened', 'old')
    live(20, 'a')
    end('a', 'opened', 'new')
    end('a', 'timed_out', 'old')
    live(20)
    assert.equal(node('a').silence, undefined)
  })

  test('that usually reports once a minute is given three of its minutes', () => {
    const { live, node, state, now } = scene()
    for (let minute = 0; minute < 12; minute++) {
      state.apply(metrics('slow', { peers_count: 3 }, { at: now() }))
      live(60)
      assert.ok(minute < 4 || node('slow').silence === undefined, `minute ${minute}`)
    }
    live(140)
    assert.equal(node('slow').activity, 'silent')
  })

  test('has no vote on the head', () => {
    const { live, state, now } = scene()
    for (const name of ['a', 'b', 'c']) state.apply(head(name, header(10), { at: now() }))
    live(120, 'a')
    state.apply(head('a', header(11), { at: now() }))
    assert.equal(state.reader.networks()[0]?.head?.block.number, 11n)
    assert.deepEqual(state.reader.networks()[0]?.silentBy, { node: 0, agent: 0, path: 0, unclear: 2 })
  })
})

describe('an agent that returns', () => {
  test('with what it recorded meanwhile shows that the path was broken, and that the node was up', () => {
    const { live, node, state, now } = scene()
    const clock = { offsetMs: 0, errorMs: 1 }
    live(100, 'a')
    live(300)
    const [from, until] = [start + 100_000, now()]
    assert.deepEqual(verdict(node('a')), ['unclear', 'inferred'])
    live(5, 'a')
    const before = node('a').uptime
    for (let at = from; at < until; at += 5000) state.apply({ ...metrics('a', { rpc_up_bool: 1 }, { at }), clock })
    const { lastSilence, uptime } = node('a')
    assert.deepEqual([lastSilence?.cause, lastSilence?.confidence], ['path', 'certain'])
    assert.match(lastSilence?.evidence.at(-1) ?? '', /arrived later: the agent ran and could not get through$/)
    assert.ok(before < 0.3 && uptime > 0.95, `${before} then ${uptime}`)
  })

  test('on a host that started meanwhile shows that the agent was down', () => {
    const { live, node, state, now } = scene()
    live(100, 'a')
    live(300)
    live(1, 'a')
    state.apply(metrics('a', { host_uptime_s: 60, rpc_up_bool: 1 }, { at: now() }))
    assert.deepEqual([node('a').lastSilence?.cause, node('a').lastSilence?.confidence], ['agent', 'certain'])
  })

  test('has an uptime of the time in which it was heard', () => {
    const { live, node } = scene()
    live(100, 'a')
    live(100)
    live(100, 'a')
    const { uptime } = node('a')
    assert.ok(uptime > 0.6 && uptime < 0.7, String(uptime))
  })
})
