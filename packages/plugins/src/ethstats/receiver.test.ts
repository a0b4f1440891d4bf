import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Telemetry } from '@headwatch/protocol'
import { AgentReader } from '@headwatch/protocol/ethstats'
import { RejectedError, RetryableError } from '@headwatch/sdk'
import { assertSound, checkReceiver, fakeAdmission, fakeHost } from '@headwatch/sdk/testkit'
import { ethstatsReceiver } from './receiver.ts'
import { helloOf } from './testkit/pretend-agent.ts'
import { recordedCases, recordedFrames } from './testkit/recorded-case.ts'
import { startedReceiver } from './testkit/started-receiver.ts'

const timeout = 20_000
const hash = (digit: string) => `0x${digit.repeat(64)}`
const block = (number: number, digit = 'a') => ({
  number,
  hash: hash(digit),
  parentHash: hash('0'),
  timestamp: 1_700_000_000,
})
const changes = (items: readonly Telemetry[]) =>
  items.flatMap((item) => (item.type === 'session' ? [`${item.origin?.agent} ${item.change}`] : []))
const told = (items: readonly Telemetry[]) => items.filter(({ type }) => type !== 'session')

/** Frames that ended the original server's process (protocol reference, section 6), and more of the kind. */
const hostileFrames = [
  'null',
  '',
  '{',
  '[]',
  '7',
  '"x"',
  '{"emit":null}',
  '{"emit":[]}',
  '{"emit":[null,null]}',
  ...['hello', 'block', 'history', 'node-ping', 'latency', 'update', 'pending', 'stats'].flatMap((topic) => [
    `{"emit":["${topic}"]}`,
    `{"emit":["${topic}",null]}`,
    `{"emit":["${topic}",{"id":"victim","block":null,"stats":null,"history":null}]}`,
  ]),
  '{"emit":["history",{"id":"victim","history":{}}]}',
  '{"emit":["history",{"id":"victim","history":[null,false,7,{}]}]}',
  '{"emit":["hello",{"id":"victim","secret":"s3cr3t","info":null}]}',
  `{"emit":["block",{"id":"victim","block":${JSON.stringify({ ...block(5), uncles: null, transactions: null })}}]}`,
  `{"emit":["x",${'['.repeat(3_000)}${']'.repeat(3_000)}]}`,
  '{"emit":["incoming::x",{}]}',
  '{"__proto__":{"emit":["hello"]}}',
]

describe('the ethstats receiver', { timeout }, () => {
  for (const name of recordedCases()) {
    test(`takes in a recorded client: ${name}`, { timeout }, async () => {
      await using receiver = await startedReceiver()
      const agent = await receiver.connect()
      const reader = new AgentReader()
      let expected = 0
      for (const { from, frame } of recordedFrames(name)) {
        if (from === 'server') continue
        agent.send(frame)
        const read = reader.read(frame)
        if (read.kind === 'hello') assert.equal(await agent.next(), '{"emit":["ready"]}')
        if (read.kind === 'telemetry' || read.kind === 'history') expected += read.items.length
        if (read.kind === 'node_ping') {
          await agent.settled()
          assert.ok(!agent.heard.some((heard) => heard.includes('node-pong')), 'geth 1.10 loses a pong that is so fast')
          await receiver.host.clock.advance(3)
          // A request for history, or the answer to the transport's own ping, may come between.
          let pong = await agent.next()
          while (!pong.includes('node-pong')) pong = await agent.next()
          assert.deepEqual(JSON.parse(pong).emit[1].clientTime, read.clientTime)
        }
      }
      await agent.settled()
      const items = await receiver.items()
      assert.deepEqual(changes(items).length, 1)
      assert.equal(told(items).filter(({ type }) => type !== 'node').length, expected)
      items.forEach(assertSound)
      assert.equal(receiver.host.meter.value('headwatch_ethstats_items_dropped_total'), 0)
    })
  }

  test('survives every frame that ended the original server, before and after a hello', { timeout }, async () => {
    await using receiver = await startedReceiver({ config: { maxFramesPerSecond: 1_000 } })
    const stranger = await receiver.connect()
    const member = await receiver.join(helloOf('member'))
    for (const frame of hostileFrames) {
      stranger.send(frame)
      if (!frame.includes('"hello"')) member.send(frame)
    }
    await stranger.settled()
    await member.settled()
    const victim = await receiver.join(helloOf('victim'))
    victim.emit('pending', { id: 'victim', stats: { pending: 3 } })
    await victim.settled()
    const items = told(await receiver.items())
    const ofVictim = items.filter(({ origin }) => origin?.agent === 'victim')
    assert.deepEqual(
      ofVictim.map(({ type }) => type),
      ['node', 'metrics'],
    )
    assert.ok(items.every(({ origin }) => origin?.agent === 'victim' || origin?.agent === 'member'))
  })

  test('hears nothing but pings before a hello', { timeout }, async () => {
    await using receiver = await startedReceiver()
    await receiver.join(helloOf('known'))
    const stranger = await receiver.connect()
    for (const [topic, part] of [
      ['block', { block: block(9) }],
      ['stats', { stats: { peers: 1 } }],
      ['history', { history: [block(8)] }],
    ] as const) {
      stranger.emit(topic, { id: 'known', ...part })
    }
    await stranger.settled()
    assert.deepEqual(
      told(await receiver.items()).map(({ type }) => type),
      ['node'],
    )
    await receiver.host.clock.advance(1_000)
    const reason = { reason: 'before_hello' }
    assert.equal(receiver.host.meter.value('headwatch_ethstats_frames_ignored_total', reason), 3)
  })

  test('counts every frame it has read, by topic', async () => {
    await using receiver = await startedReceiver()
    const agent = await receiver.join(helloOf('known'))
    agent.emit('stats', { id: 'known', stats: { peers: 1 } })
    agent.emit('node-ping', { id: 'known', clientTime: '1' })
    await agent.settled()
    await receiver.host.clock.advance(1_000)
    for (const topic of ['hello', 'stats', 'node-ping'])
      assert.equal(receiver.host.meter.value('headwatch_ethstats_frames_total', { topic }), 1)
  })

  test('believes the socket and not the id in a payload', { timeout }, async () => {
    await using receiver = await startedReceiver()
    const agent = await receiver.join(helloOf('honest'))
    agent.emit('block', { id: 'somebody-else', block: block(9) })
    await agent.settled()
    const [, , report] = await receiver.items()
    assert.deepEqual(report?.origin, { agent: 'honest', node: 'honest', network: '1' })
  })

  test('answers a hello said again, and tells of it only what is new', { timeout }, async () => {
    await using receiver = await startedReceiver()
    const agent = await receiver.join(helloOf('poa'))
    agent.emit('hello', helloOf('poa'))
    assert.equal(await agent.next(), '{"emit":["ready"]}')
    agent.emit('hello', helloOf('poa', { node: 'Geth/v1.17.1-stable' }))
    assert.equal(await agent.next(), '{"emit":["ready"]}')
    const items = await receiver.items()
    assert.deepEqual(
      items.map(({ type }) => type),
      ['session', 'node', 'node'],
    )
    assert.deepEqual(receiver.host.admission.present, ['poa'])
  })

  test('ends a connection that says hello as somebody else', { timeout }, async () => {
    await using receiver = await startedReceiver()
    const agent = await receiver.join(helloOf('a'))
    const other = await receiver.join(helloOf('b'))
    agent.emit('hello', helloOf('b'))
    assert.equal(await agent.next(), '"primus::server::close"')
    assert.equal(await agent.closed, 1008)
    await other.settled()
    assert.deepEqual(receiver.host.admission.present, ['b'])
    assert.deepEqual(changes(await receiver.items()), ['a opened', 'b opened', 'a closed'])
  })

  test('sends a wrong secret away for good, as the original server does', { timeout }, async () => {
    await using receiver = await startedReceiver({ admission: fakeAdmission({ credentials: { a: 'right' } }) })
    const agent = await receiver.connect()
    agent.emit('hello', helloOf('a', {}, 'wrong'))
    assert.equal(await agent.next(), '"primus::server::close"')
    assert.equal(await agent.closed, 1008)
    assert.deepEqual(await receiver.items(), [])
    assert.ok(!JSON.stringify(receiver.host.logger.lines).includes('wrong'))
  })

  test('lets whoever is refused for now come again', { timeout }, async () => {
    const admission = fakeAdmission({ decide: () => ({ admitted: false, reason: 'overloaded' }) })
    await using receiver = await startedReceiver({ admission })
    const agent = await receiver.connect()
    agent.emit('hello', helloOf('a'))
    assert.equal(await agent.closed, 1008)
    assert.deepEqual(agent.heard, [])
  })

  test('gives the name of a dead connection to whoever proves it again', { timeout }, async () => {
    const present: string[] = []
    const admission = fakeAdmission({
      decide: ({ agent }) => (present.includes(agent) ? { admitted: false, reason: 'name_taken' } : undefined),
    })
    const admit: typeof admission.admit = (knock) => {
      const verdict = admission.admit(knock)
      if (!verdict.admitted) return verdict
      present.push(knock.agent)
      return { ...verdict, leave: () => void present.splice(present.indexOf(knock.agent), 1) }
    }
    await using receiver = await startedReceiver({ admission: { ...admission, admit } })
    const first = await receiver.join(helloOf('a'))
    const early = await receiver.connect()
    early.emit('hello', helloOf('a'))
    assert.equal(await early.closed, 1008)
    await receiver.host.clock.advance(30_000)
    await receiver.join(helloOf('a'))
    assert.equal(await first.closed, 1001)
    assert.deepEqual(changes(await receiver.items()), ['a opened', 'a timed_out', 'a opened'])
    assert.deepEqual(present, ['a'])
  })

  test('tells how a connection ended: by a close frame, without one, or in silence', { timeout }, async () => {
    await using receiver = await startedReceiver()
    const [closes, vanishes, falls] = [
      await receiver.join(helloOf('closes')),
      await receiver.join(helloOf('vanishes')),
      await receiver.join(helloOf('silent')),
    ]
    closes.close()
    await closes.closed
    vanishes.vanish()
    await vanishes.closed
    await receiver.host.clock.advance(74_000)
    await falls.settled()
    await receiver.host.clock.advance(74_000)
    assert.deepEqual(receiver.host.admission.present, ['silent'])
    await receiver.host.clock.advance(2_000)
    assert.equal(await falls.closed, 1001)
    const ends = changes(await receiver.items()).filter((change) => !change.endsWith('opened'))
    assert.deepEqual(ends, ['closes closed', 'vanishes reset', 'silent timed_out'])
  })

  test('turns away who connects and says nothing, and who sends before a hello what is too long', {
    timeout,
  }, async () => {
    await using receiver = await startedReceiver()
    const talker = await receiver.connect()
    talker.send(`"${'x'.repeat(70_000)}"`)
    assert.equal(await talker.closed, 1009)
    const silent = await receiver.connect()
    await silent.settled()
    await receiver.host.clock.advance(10_000)
    assert.equal(await silent.closed, 1008)
  })

  test('pings after ready, and never a client that would hang up', { timeout }, async () => {
    await using receiver = await startedReceiver()
    const agent = await receiver.join(helloOf('new'))
    const old = await receiver.join(helloOf('old', { node: 'Geth/v1.9.7-stable/linux-amd64/go1.19.8' }))
    const stranger = await receiver.connect()
    await stranger.settled()
    await receiver.host.clock.advance(9_000)
    await stranger.settled()
    await receiver.host.clock.advance(14_000)
    assert.match(await agent.next(), /^"primus::ping::\d+"$/)
    await old.settled()
    assert.deepEqual([old.heard, stranger.heard], [[], []])
  })

  test('takes a frame of ten megabytes from a member, and ends the connection at more', { timeout }, async () => {
    await using receiver = await startedReceiver()
    const agent = await receiver.join(helloOf('besu', { node: 'besu/v26.3.0' }))
    const frame = (bytes: number) => {
      const start = `{"emit":["block",{"block":${JSON.stringify(block(9)).slice(0, -1)},"logs":"`
      return `${start}${'x'.repeat(bytes - start.length - 5)}"}}]}`
    }
    agent.send(frame(10_485_760))
    await agent.settled()
    assert.deepEqual(
      told(await receiver.items()).map(({ type }) => type),
      ['node', 'block'],
    )
    agent.send(frame(10_485_761))
    assert.equal(await agent.closed, 1009)
  })

  test('stops reading one that sends more than its share, and goes on a second later', { timeout }, async () => {
    await using receiver = await startedReceiver({ config: { maxFramesPerSecond: 10 } })
    const agent = await receiver.join(helloOf('loud'))
    for (let n = 0; n < 50; n++) agent.emit('pending', { stats: { pending: n } })
    const other = await receiver.join(helloOf('other'))
    while (receiver.host.meter.value('headwatch_ethstats_frames_ignored_total') < 41) {
      await other.settled()
      await receiver.host.clock.advance(1_000)
    }
    await agent.settled()
    const pendings = (await receiver.items()).filter(({ type }) => type === 'metrics')
    assert.equal(pendings.length, 9)
  })

  test('reads texts of any script from the wire', { timeout }, async () => {
    await using receiver = await startedReceiver()
    await receiver.join(helloOf('Zürich-λ-節點-🛰', { contact: 'Łódź' }))
    const [, node] = await receiver.items()
    assert.equal(node?.origin?.node, 'Zürich-λ-節點-🛰')
    assert.ok(node?.type === 'node' && node.contact === 'Łódź')
  })

  test('asks one node of a network for old blocks, once, in the form all clients answer', { timeout }, async () => {
    await using receiver = await startedReceiver()
    const [first, second] = [await receiver.join(helloOf('a')), await receiver.join(helloOf('b'))]
    const round = async (): Promise<void> => {
      for (const agent of [first, second]) {
        agent.emit('block', { block: block(100) })
        agent.emit('latency', { latency: '3' })
        await agent.settled()
      }
    }
    await round()
    await round()
    const [topic, wish] = JSON.parse(await first.next()).emit
    assert.deepEqual([topic, wish.min, wish.max, wish.list.length], ['history', 50, 99, 50])
    assert.deepEqual([first.heard, second.heard], [[], []])
    first.emit('history', { history: [block(99, 'b'), null] })
    await first.settled()
    await receiver.host.clock.advance(31_000)
    second.heard.length = 0
    first.heard.length = 0
    await round()
    assert.match(await second.next(), /"history"/)
    assert.deepEqual(first.heard, [])
    const old = (await receiver.items()).filter((item) => item.type === 'block' && item.occasion === 'history')
    assert.equal(old.length, 1)
  })

  test('answers no ping sooner than geth 1.10 can hear, whoever else was answered just then', { timeout }, async () => {
    await using receiver = await startedReceiver()
    const [first, second] = [await receiver.join(helloOf('a')), await receiver.join(helloOf('b'))]
    const ask = async (agent: typeof first): Promise<void> => {
      agent.emit('node-ping', { clientTime: '1' })
      await agent.settled()
    }
    await ask(first)
    await receiver.host.clock.advance(2)
    await ask(second)
    await receiver.host.clock.advance(1)
    assert.match(await first.next(), /node-pong/)
    await second.settled()
    assert.deepEqual(second.heard, [])
    await receiver.host.clock.advance(3)
    assert.match(await second.next(), /node-pong/)
  })

  test('tells how far the clock of a client is off, and dates its blocks by the way here', { timeout }, async () => {
    await using receiver = await startedReceiver()
    const agent = await receiver.join(helloOf('a'))
    const { clock } = receiver.host
    const aheadMs = 5_000
    // 80 ms here and 20 ms back, with 3 ms between: the client counts half of it all.
    agent.emit('node-ping', { clientTime: clock.now() - 80 + aheadMs })
    await agent.settled()
    await clock.advance(3)
    await clock.advance(100)
    agent.emit('latency', { latency: '52' })
    agent.emit('block', { block: block(9) })
    await agent.settled()
    const now = clock.now()
    const [, , latency, report] = await receiver.items()
    assert.ok(latency?.type === 'metrics')
    assert.deepEqual(latency.readings, { latency_ms: 52, clock_offset_ms: 28 - aheadMs, clock_error_ms: 52 })
    assert.deepEqual([report?.at, report?.clock], [now - 50, undefined])
  })

  test('says nothing of a clock that a client does not tell', { timeout }, async () => {
    await using receiver = await startedReceiver()
    const agent = await receiver.join(helloOf('a'))
    agent.emit('block', { block: block(9) })
    agent.emit('latency', { latency: '4' })
    await agent.settled()
    const [, , report, latency] = await receiver.items()
    assert.equal(report?.clock, undefined)
    assert.ok(latency?.type === 'metrics')
    assert.deepEqual(latency.readings, { latency_ms: 4 })
  })

  test('measures the way to Nethermind itself, whose own figure mixes it with a clock', { timeout }, async () => {
    await using receiver = await startedReceiver()
    const agent = await receiver.join(helloOf('neth', { node: 'Nethermind/v1.31.0', canUpdateHistory: false }))
    const { clock } = receiver.host
    await clock.advance(22_000)
    const [, time = ''] = /^"primus::ping::([0-9]+)"$/.exec(await agent.next()) ?? []
    await clock.advance(24)
    agent.send(`"primus::pong::${time}"`)
    agent.emit('latency', { latency: 812 })
    await agent.settled()
    const told = (await receiver.items()).filter(({ type }) => type === 'metrics')
    assert.deepEqual(
      told.map((item) => item.type === 'metrics' && item.readings),
      [{ latency_ms: 12 }],
    )
  })

  test('turns away connections beyond its number', { timeout }, async () => {
    await using receiver = await startedReceiver({ config: { maxConnections: 1 } })
    await receiver.join(helloOf('a'))
    const late = await receiver.connect()
    assert.equal(await late.closed, 1013)
  })

  test('ends a connection that sends binary frames', { timeout }, async () => {
    await using receiver = await startedReceiver()
    const agent = await receiver.join(helloOf('a'))
    agent.send(new Uint8Array([1, 2, 3]))
    assert.equal(await agent.closed, 1003)
  })

  test('closes every connection when it stops, frees their names and blames nobody', { timeout }, async () => {
    await using receiver = await startedReceiver()
    const agent = await receiver.join(helloOf('a'))
    await receiver.items()
    await receiver.stop()
    assert.equal(await agent.closed, 1001)
    assert.deepEqual(receiver.host.admission.present, [])
    assert.deepEqual(changes(await receiver.items()), ['a opened'])
  })
})

describe('the ethstats receiver before a pipeline that', { timeout }, () => {
  test('asks to be tried again gives the same items, in order, once', { timeout }, async () => {
    let calls = 0
    const onBatch = async (): Promise<void> => {
      if (++calls <= 3) throw new RetryableError('full', { retryAfterMs: 100 })
    }
    await using receiver = await startedReceiver({ onBatch })
    const agent = await receiver.join(helloOf('a'))
    for (let n = 0; n < 5; n++) agent.emit('block', { block: block(n + 1, String(n)) })
    await agent.settled()
    await receiver.host.clock.advance(1_000)
    const items = await receiver.items()
    const numbers = items.flatMap((item) => (item.type === 'block' ? [Number(item.block.number)] : []))
    assert.deepEqual(numbers, [1, 2, 3, 4, 5])
    assert.equal(items.length, 7)
  })

  test('never answers holds a bounded number and counts the rest', { timeout }, async () => {
    const held = Promise.withResolvers<void>()
    const config = { maxWaitingItems: 100, maxFramesPerSecond: 10_000 }
    await using receiver = await startedReceiver({ config, onBatch: () => held.promise })
    const agent = await receiver.join(helloOf('a'))
    await receiver.items()
    for (let n = 0; n < 500; n++) agent.emit('pending', { stats: { pending: n } })
    await agent.settled()
    await receiver.host.clock.advance(1_000)
    // A test that fails must not leave the pipeline hanging.
    held.resolve()
    await receiver.host.clock.advance(100)
    const dropped = { reason: 'pipeline_slow' }
    assert.equal(receiver.host.meter.value('headwatch_ethstats_items_dropped_total', dropped), 400)
    assert.equal((await receiver.items()).length, 102)
  })

  test('refuses what it gets loses that and no more', { timeout }, async () => {
    let calls = 0
    const onBatch = async (): Promise<void> => {
      if (++calls === 1) throw new RejectedError('no')
    }
    await using receiver = await startedReceiver({ onBatch })
    const agent = await receiver.join(helloOf('a'))
    await receiver.items()
    agent.emit('pending', { stats: { pending: 1 } })
    await agent.settled()
    assert.deepEqual(
      (await receiver.items()).map(({ type }) => type),
      ['metrics'],
    )
  })
})

checkReceiver(ethstatsReceiver, {
  invalid: [{ path: 'api' }, { maxConnections: 0 }],
  peer: async () => ({
    config: {},
    async connect(host) {
      const peer = host.frontDoor.connect('/api')
      if (peer === undefined) throw new Error('nobody listens')
      let said = 0
      return {
        async send() {
          // The hello is an item of its own: who the node is.
          peer.send(JSON.stringify({ emit: ['hello', helloOf(`agent-${said++}`)] }))
          return (await peer.next()) === undefined ? 'refused' : 'nothing'
        },
        async sendGarbage() {
          for (const frame of hostileFrames) peer.send(frame)
        },
        async [Symbol.asyncDispose]() {
          peer.close()
        },
      }
    },
  }),
})

test('the ethstats receiver says at once that it has no front door', async () => {
  const { frontDoor: _, ...host } = fakeHost()
  const receiver = ethstatsReceiver.create({ path: '/api' } as never, host)
  const accept = Object.assign(async () => undefined, { gap: async () => undefined })
  await assert.rejects(receiver.listen(accept, new AbortController().signal), /front door/)
})
