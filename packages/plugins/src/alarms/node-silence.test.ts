import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Alarm, AlarmTransition, NetworkChange, NodeState, SilenceVerdict, Telemetry } from '@headwatch/protocol'
import type { NetworkReader, StoreReader } from '@headwatch/sdk'
import { type FakeClock, fakeClock, fakeHost } from '@headwatch/sdk/testkit'
import { config } from './config.ts'
import { nodeSilence } from './node-silence.ts'

const network = '1-d4e56740'

/** A live state that the test moves by hand. */
function pretendNetwork(clock: FakeClock) {
  const states = new Map<string, NodeState>()
  let tell: (change: NetworkChange) => void = () => undefined
  const reader: NetworkReader = {
    networks: () => [{ network } as ReturnType<NetworkReader['networks']>[number]],
    nodes: () => states.values(),
    list: () => states.values(),
    node: (_network, node) => states.get(node),
    blocks: () => [],
    follow: (onChange) => {
      tell = onChange
    },
  }
  const put = (node: string, facts: Partial<NodeState>): void => {
    const now = clock.now()
    const known = states.get(node) ?? {
      node,
      agent: `agent-of-${node}`,
      network,
      activity: 'in_sync',
      firstSeenAt: now,
      lastSeenAt: now,
      uptime: 1,
      recentDelays: [],
    }
    const { silence: _before, ...kept } = known
    const state: NodeState = { ...kept, lastSeenAt: facts.silence?.since ?? now, ...facts }
    states.set(node, state)
    tell({ kind: 'node', network, node: state })
  }
  return {
    reader,
    live: (...nodes: string[]) => nodes.forEach((node) => void put(node, {})),
    silence: (node: string, verdict: Partial<SilenceVerdict> = {}) => {
      const silence = {
        cause: 'unclear',
        confidence: 'inferred',
        since: clock.now(),
        evidence: [],
        ...verdict,
      } as const
      put(node, { silence, activity: 'silent' })
    },
    remove: (node: string) => {
      states.delete(node)
      tell({ kind: 'node_removed', network, node })
    },
  }
}

async function scene(settings: Record<string, unknown> = {}, store?: Partial<StoreReader>) {
  const clock = fakeClock()
  const nodes = pretendNetwork(clock)
  const host = fakeHost({ clock, network: nodes.reader, ...(store && { store: store as StoreReader }) })
  const processor = nodeSilence.create(config.parse(settings), host)
  await new Promise((resolve) => setImmediate(resolve))
  const steps: AlarmTransition[] = []
  const emit = (item: Telemetry): void => void (item.type === 'alarm' && steps.push(item))
  const after = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second++) {
      await clock.advance(1000)
      processor.tick?.(emit)
    }
  }
  const take = () =>
    steps.splice(0).map(({ change, key, severity, version }) => `${change} ${key.resource} ${severity} ${version}`)
  return { ...nodes, clock, host, processor, steps, after, take }
}

describe('a node that falls silent', () => {
  test('has an alarm after the delay, by its cause, which is cleared when it is back', async () => {
    const { live, silence, after, take, steps } = await scene()
    live('a')
    silence('a', { cause: 'agent', confidence: 'certain', evidence: ['the agent said goodbye'] })
    await after(9)
    assert.deepEqual(take(), [])
    await after(2)
    assert.equal(steps[0]?.text, 'a is silent: its agent has stopped (the agent said goodbye)')
    assert.match(steps[0]?.repair ?? '', /^Start the agent again/)
    assert.deepEqual(steps[0]?.origin, { agent: 'agent-of-a', node: 'a', network })
    assert.deepEqual(take(), [`raised node/${network}/a minor 1`])
    live('a')
    await after(10)
    assert.deepEqual(take(), [`cleared node/${network}/a minor 2`])
    silence('a')
    await after(12)
    assert.deepEqual(take(), [`raised node/${network}/a warning 3`])
  })

  test('has none when it is back before the delay', async () => {
    const { live, silence, after, take } = await scene()
    live('a')
    silence('a')
    await after(5)
    live('a')
    await after(30)
    assert.deepEqual(take(), [])
  })

  test('and flaps keeps its alarm', async () => {
    const { live, silence, after, take } = await scene()
    live('a')
    silence('a')
    await after(11)
    for (let turn = 0; turn < 5; turn++) {
      live('a')
      await after(2)
      silence('a')
      await after(2)
    }
    assert.deepEqual(take(), [`raised node/${network}/a warning 1`])
  })

  test('has its alarm changed when the verdict is corrected', async () => {
    const { live, silence, after, take } = await scene()
    live('a')
    silence('a')
    await after(11)
    silence('a', { cause: 'node', confidence: 'certain' })
    await after(12)
    assert.deepEqual(take(), [`raised node/${network}/a warning 1`, `changed node/${network}/a major 2`])
  })

  test('has its alarm cleared when it is watched no longer', async () => {
    const { live, silence, after, take, remove } = await scene()
    live('a')
    silence('a')
    await after(11)
    remove('a')
    await after(1)
    assert.deepEqual(take(), [`raised node/${network}/a warning 1`, `cleared node/${network}/a warning 2`])
  })
})

describe('a broken path', () => {
  const names = Array.from({ length: 12 }, (_, index) => `n${index}`)

  test('has one alarm for all its nodes, cleared when they are back', async () => {
    const { live, silence, after, take, steps } = await scene()
    live(...names)
    for (const name of names) silence(name, { cause: 'path' })
    await after(12)
    assert.match(steps[0]?.text ?? '', /^12 nodes fell silent together, .*: n0, n1, n10 and 9 more$/)
    assert.deepEqual(take(), [`raised network/${network} major 1`])
    live(...names)
    await after(10)
    assert.deepEqual(take(), [`cleared network/${network} major 2`])
  })

  test('leaves those who stay silent with alarms of their own', async () => {
    const { live, silence, after, take } = await scene()
    live(...names)
    for (const name of names) silence(name, { cause: 'path' })
    await after(12)
    live(...names.slice(1))
    await after(10)
    assert.deepEqual(take(), [
      `raised network/${network} major 1`,
      `cleared network/${network} major 2`,
      `raised node/${network}/n0 major 1`,
    ])
  })

  test('takes over the alarms its nodes had before it was known as the cause', async () => {
    const { live, silence, after, steps } = await scene()
    live(...names)
    for (const name of names) silence(name)
    await after(12)
    assert.equal(steps.length, 12)
    for (const name of names) silence(name, { cause: 'path' })
    await after(2)
    const changes = Object.groupBy(steps.slice(12), ({ change, key }) => `${change} ${key.alarmType}`)
    assert.deepEqual([changes['raised path_lost']?.length, changes['cleared node_silent']?.length], [1, 12])
  })

  test('is not seen where silences of other causes or other moments come together', async () => {
    const { live, silence, after, take, clock } = await scene()
    live(...names)
    for (const [index, name] of names.entries()) {
      silence(name, index < 6 ? { cause: 'agent' } : { cause: 'path', since: clock.now() - index * 60_000 })
    }
    await after(12)
    assert.equal(take().filter((step) => step.startsWith('raised node/')).length, 6)
  })
})

describe('a restart', () => {
  const standing = (facts: Partial<Alarm> = {}): Alarm => ({
    key: { resource: `node/${network}/a`, alarmType: 'node_silent', qualifier: '' },
    condition: 'raised',
    severity: 'minor',
    text: 'a is silent: its agent has stopped',
    version: 7,
    raisedAt: -100_000,
    changedAt: -100_000,
    ...facts,
  })

  test('goes on with the versions of the store', async () => {
    const { live, after, take } = await scene({}, { alarms: async () => [standing()] })
    live('a')
    await after(1)
    assert.deepEqual(take(), [`cleared node/${network}/a minor 8`])
  })

  test('waits for nodes that are not back yet before it judges them', async () => {
    const { silence, after, take, clock } = await scene()
    silence('a', { since: clock.now() - 5000 })
    await after(110)
    assert.deepEqual(take(), [])
    await after(15)
    assert.deepEqual(take(), [`raised node/${network}/a warning 1`])
  })

  test('with a store that fails still judges, and says so', async () => {
    const failing = async (): Promise<never> => {
      throw new Error('broken')
    }
    const { live, silence, after, take, host } = await scene({}, { alarms: failing })
    live('a')
    silence('a')
    await after(12)
    assert.equal(take().length, 1)
    assert.equal(host.logger.lines.filter(({ level }) => level === 'warn').length, 1)
  })
})

test('an acknowledgement by an operator goes before the next step, one by an agent counts for nothing', async () => {
  const { live, silence, after, take, processor, host, clock } = await scene()
  live('a')
  silence('a')
  await after(11)
  const key = { resource: `node/${network}/a`, alarmType: 'node_silent', qualifier: '' }
  const step = { type: 'alarm', key, change: 'acknowledged', severity: 'warning', text: '', at: clock.now() } as const
  processor.process({ ...step, version: 900, origin: { agent: 'liar', node: 'a' } }, () => undefined)
  processor.process({ ...step, version: 2, actor: 'eve', origin: host.self }, () => undefined)
  live('a')
  await after(10)
  assert.deepEqual(take(), [`raised node/${network}/a warning 1`, `cleared node/${network}/a warning 3`])
})

test('an alarm that another server of ours judged first goes on here, and is cleared here with the next version', async () => {
  const { live, silence, after, take, processor, clock } = await scene()
  live('a')
  silence('a')
  const key = { resource: `node/${network}/a`, alarmType: 'node_silent', qualifier: '' }
  const step = {
    type: 'alarm',
    key,
    change: 'raised',
    severity: 'warning',
    text: 'a is silent',
    at: clock.now(),
  } as const
  processor.process({ ...step, version: 7, origin: { agent: 'agent-of-a', node: 'a', via: 'edge' } }, () => undefined)
  await after(12)
  assert.deepEqual(take(), [`changed node/${network}/a warning 8`])
  live('a')
  await after(10)
  assert.deepEqual(take(), [`cleared node/${network}/a warning 9`])
})

test('no more alarms stand than have a place, and what found none is counted', async () => {
  const { live, silence, after, take, host } = await scene({ maxAlarms: 1 })
  live('a', 'b')
  silence('a')
  silence('b')
  await after(11)
  assert.equal(take().length, 1)
  assert.ok(host.meter.value('alarms_refused_total') > 0)
})
