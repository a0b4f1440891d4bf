import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { type StrictServer, startStrictServer } from './strict-server.ts'
import type { Script } from './strict-session.ts'

/** How an agent is to be started. */
export interface AgentStart {
  readonly endpoint: string
  readonly agent: string
  readonly token: string
  /** Records its log keeps at most; of a full one the oldest go first. */
  readonly keeps: number
}

/** An agent in a process of its own. It waits no longer than a fraction of a second between attempts to connect. */
export interface AgentUnderTest extends AsyncDisposable {
  readonly isAlive: boolean
  /** Has it put one more record into its log: a log entry with this message. */
  issue(message: string): void
}

export type StartAgent = (start: AgentStart) => Promise<AgentUnderTest>

/** A test that hangs is a test that fails. */
const timeout = 30_000

/** Registers tests: what `docs/native-protocol.md` asks of every agent, section 9. */
export function checkNativeAgent(name: string, startAgent: StartAgent): void {
  const check = (what: string, run: (parts: CaseParts) => Promise<void>): void => {
    test(what, { timeout }, async (context) => {
      await using server = await startStrictServer()
      let issued = 0
      const start = async ({ keeps = 1_000 } = {}) => {
        const agent = await startAgent({ endpoint: server.endpoint, agent: 'eu-1', token: 'the token of eu-1', keeps })
        const issue = (count: number) => {
          for (let more = 0; more < count; more++) agent.issue(`record ${++issued}`)
        }
        return { issue, isAlive: () => agent.isAlive, [Symbol.asyncDispose]: () => agent[Symbol.asyncDispose]() }
      }
      await run({ server, start, script: server.script, context })
      assert.deepEqual(server.violations, [])
    })
  }

  describe(`${name}, as an agent,`, { timeout: timeout * 4, concurrency: 4 }, () => {
    for (const [what, run] of Object.entries(cases)) check(what, run)
  })
}

interface CaseParts {
  readonly server: StrictServer
  readonly script: Script
  readonly context: TestContext
  start(options?: {
    readonly keeps?: number
  }): Promise<AsyncDisposable & { issue(count: number): void; isAlive(): boolean }>
}

const cases: Readonly<Record<string, (parts: CaseParts) => Promise<void>>> = {
  'says hello as itself, and sends what it has in its order': async ({ server, start }) => {
    await using agent = await start()
    agent.issue(25)
    await allAreStored(server, 25)
    const { hello } = await server.session()
    assert.deepEqual([hello?.agent, hello?.token], ['eu-1', 'the token of eu-1'])
  },

  'keeps what is not answered, and sends it again under its numbers': async ({ server, start, script }) => {
    script.fate = () => 'ignore'
    await using agent = await start()
    agent.issue(5)
    const first = await server.session()
    await server.until(() => numbersIn(first).length >= 5)
    script.fate = () => 'acknowledge'
    first.cut()
    await allAreStored(server, 5)
    assert.deepEqual(numbersIn(await server.session(1)), numbersIn(first))
  },

  'sends nothing again that was stored before the answer was lost': async ({ server, start, script }) => {
    script.fate = () => 'keep'
    await using agent = await start()
    agent.issue(5)
    await allAreStored(server, 5)
    script.fate = () => 'acknowledge'
    server.sessions[0]?.cut()
    agent.issue(3)
    await allAreStored(server, 8)
    assert.equal(numbersIn(await server.session(1)).length, 3)
  },

  'has every record stored once, however its connections are cut': async ({ server, start, script, context }) => {
    const seed = Number(process.env.HEADWATCH_SEED ?? Date.now() % 1_000_000)
    context.diagnostic(`HEADWATCH_SEED=${seed}`)
    const chance = chanceOf(seed)
    let cuts = 0
    script.welcome = { limits: { frameBytes: 65_536, batchRecords: 7 } }
    script.fate = (_frame, session) => {
      const what = Math.floor(chance() * 6)
      if (cuts >= 8 || what > 2) return 'acknowledge'
      cuts++
      if (what === 0) setImmediate(() => session.cut())
      else session.cut()
      return (['acknowledge', 'keep', 'ignore'] as const)[what] ?? 'ignore'
    }
    await using agent = await start()
    for (let burst = 1; burst <= 10; burst++) {
      agent.issue(12)
      await allAreStored(server, burst * 12)
    }
    assert.ok(cuts > 0)
  },

  'sends what is refused for now again, not before its time': async ({ server, start, script }) => {
    let refusedMs = 0
    let againMs = 0
    script.fate = ({ first }) => {
      if (first > 1n && refusedMs > 0) return 'acknowledge'
      if (refusedMs > 0) {
        againMs = performance.now()
        return 'acknowledge'
      }
      refusedMs = performance.now()
      return { action: 'retry', retryAfterMs: 300 }
    }
    await using agent = await start()
    agent.issue(1)
    await server.until(() => refusedMs > 0)
    agent.issue(2)
    await allAreStored(server, 3)
    assert.ok(againMs - refusedMs >= 299, `again after ${againMs - refusedMs} ms`)
  },

  'lets go what is refused for good, and goes on': async ({ server, start, script }) => {
    script.welcome = { limits: { frameBytes: 65_536, batchRecords: 1 } }
    script.fate = ({ first }) => (first === 2n ? { action: 'drop', retryAfterMs: 0 } : 'acknowledge')
    await using agent = await start()
    agent.issue(4)
    await server.until(() => server.store.messages.length === 3)
    assert.deepEqual(server.store.messages, ['record 1', 'record 3', 'record 4'])
    ;(await server.session()).cut()
    agent.issue(1)
    await server.until(() => server.store.messages.length === 4)
    const all = server.sessions.flatMap(numbersIn)
    assert.equal(all.filter((number) => number === 2n).length, 1)
  },

  'sends nothing without credit, and goes on with it': async ({ server, start }) => {
    await using agent = await start()
    agent.issue(1)
    await allAreStored(server, 1)
    const session = await server.session()
    session.giveCredit({ records: 0, bytes: 0 })
    await server.until(() => session.heard.some(({ type }) => type === 'pong'))
    agent.issue(10)
    for (const sentAt of [1e6, 2e6]) await roundTrip(server, sentAt)
    assert.equal(server.store.messages.length, 1)
    session.giveCredit({ records: 100, bytes: 100_000 })
    await allAreStored(server, 11)
  },

  'keeps to a small credit and to small batches': async ({ server, start, script }) => {
    script.welcome = { credit: { records: 5, bytes: 4_096 }, limits: { frameBytes: 4_096, batchRecords: 3 } }
    script.fate = (_frame, session) => {
      setImmediate(() => session.acknowledgeAll())
      return 'keep'
    }
    await using agent = await start()
    agent.issue(40)
    await allAreStored(server, 40)
  },

  'stays away as long as it is told, and comes back': async ({ server, start }) => {
    await using agent = await start()
    agent.issue(1)
    await allAreStored(server, 1)
    const session = await server.session()
    const sentAwayMs = performance.now()
    session.goAway({ retryAfterMs: 700 })
    await server.until(() => session.isOver)
    agent.issue(1)
    await allAreStored(server, 2)
    const awayMs = (server.sessions[1]?.openedMs ?? 0) - sentAwayMs
    assert.ok(awayMs >= 699, `back after ${awayMs} ms`)
  },

  'answers pings, says something by itself, and leaves a server that is silent': async ({ server, start, script }) => {
    script.welcome = { heartbeatMs: 200 }
    await using agent = await start()
    agent.issue(1)
    const session = await server.session()
    session.say({ type: 'ping', sentAt: 42.5 })
    await server.until(() => session.heard.some((message) => message.type === 'pong' && message.sentAt === 42.5))
    await server.until(() => session.heard.filter(({ type }) => type === 'ping').length >= 3)
    script.isMute = true
    await server.until(() => session.isOver)
    script.isMute = false
    agent.issue(1)
    await allAreStored(server, 2)
  },

  'survives whatever a server says, and comes back': async ({ server, start }) => {
    await using agent = await start()
    agent.issue(1)
    await allAreStored(server, 1)
    for (const [index, bytes] of hostile.entries()) {
      agent.issue(1)
      const session = await server.session(index)
      await allAreStored(server, 2 + index)
      session.sayBytes(bytes)
      await server.until(() => session.isOver)
      assert.ok(agent.isAlive(), `it lives after ${Buffer.from(bytes).toString('hex').slice(0, 40)}`)
    }
    agent.issue(1)
    await allAreStored(server, 2 + hostile.length)
  },

  'lets nothing go because of a server whose limits leave room for nothing': async ({ server, start, script }) => {
    script.welcome = { limits: { frameBytes: 16, batchRecords: 0 } }
    await using agent = await start()
    agent.issue(3)
    const session = await server.session()
    await server.until(() => session.isOver)
    script.welcome = {}
    await allAreStored(server, 3)
    assert.deepEqual(server.store.gaps, [])
  },

  'declares what its full log gave up, so that no number is missing': async ({ server, start, script }) => {
    script.welcome = { credit: { records: 0, bytes: 0 } }
    await using agent = await start({ keeps: 10 })
    agent.issue(1)
    const session = await server.session()
    agent.issue(30)
    await roundTrip(server, 1e6)
    session.giveCredit({ records: 1_000, bytes: 1_000_000 })
    const isClosedThrough = (last: bigint) => {
      const { stream = '', epoch = '' } = session.hello?.streams[0] ?? {}
      const [range, ...further] = server.store.rangesOf(stream, epoch)
      return further.length === 0 && range !== undefined && range.first <= 1n && range.last >= last
    }
    await server.until(() => server.store.messages.at(-1) === 'record 31')
    await server.until(() => isClosedThrough(31n))
    assert.ok(server.store.gaps.length > 0)
    const lost = server.store.gaps.reduce((sum, { first, last }) => sum + Number(last - first) + 1, 0)
    assert.equal(lost + server.store.messages.length, 31)
  },
}

/** What no agent can make sense of. */
const hostile: readonly (Uint8Array | string)[] = [
  'welcome',
  new Uint8Array(),
  Uint8Array.of(0xc1),
  Uint8Array.of(0x91, 0x63),
  Uint8Array.of(0xdd, 0xff, 0xff, 0xff, 0xff),
  Uint8Array.of(0x94, 0x05, 0xa4, 0x6d),
  Uint8Array.of(...Array<number>(5_000).fill(0x91)),
  Uint8Array.of(0x93, 0x07, 0xa1, 0x78, 0xc0),
]

/** The records 1 to `count` are there, each once, in their order. */
async function allAreStored(server: StrictServer, count: number): Promise<void> {
  await server.until(() => server.store.messages.length >= count || server.violations.length > 0)
  const expected = Array.from({ length: count }, (_, index) => `record ${index + 1}`)
  assert.deepEqual({ messages: server.store.messages, wrong: server.violations }, { messages: expected, wrong: [] })
}

/** The agent has had time to do something with what came before: it has answered a ping. */
async function roundTrip(server: StrictServer, sentAt: number): Promise<void> {
  const session = server.sessions.at(-1)
  session?.say({ type: 'ping', sentAt })
  await server.until(
    () => session?.heard.some((message) => message.type === 'pong' && message.sentAt === sentAt) ?? false,
  )
}

/** The numbers of the data frames of a connection, in the order they came. */
function numbersIn({ heard }: StrictServer['sessions'][number]): readonly bigint[] {
  return heard.flatMap((message) =>
    message.type === 'data' ? Array.from({ length: message.count }, (_, index) => message.first + BigInt(index)) : [],
  )
}

/** The same for the same seed. */
function chanceOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
