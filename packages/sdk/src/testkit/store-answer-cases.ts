import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import type { LogEntry, TelemetryRecord } from '@headwatch/protocol'
import type { StoreCase } from './store-case.ts'
import {
  alarmStep,
  batchOf,
  blockReport,
  geth,
  headOf,
  logEntry,
  metrics,
  nodeReport,
  noon,
  source,
} from './store-telemetry.ts'

const key = { network: '1-d4e56740', node: 'geth' }
const network = '1-d4e56740'
const everyTime = { from: noon - 1e9, to: noon + 1e9 }

/** Texts that outsiders send. */
const hostileTexts = [
  '',
  'a\u0000b',
  '😀 𝕳',
  `it's "quoted" \\ and; --`,
  '%_[]*?',
  '\ud83d lone surrogate',
  '<script>alert(1)</script>',
  '__proto__',
  'x'.repeat(100_000),
]

/** What every store answers. */
export const storeAnswerCases: Readonly<Record<string, (given: StoreCase) => Promise<void>>> = {
  async 'answers every question of an empty store with nothing'({ store }) {
    assert.deepEqual(await store.storedRanges(source), [])
    assert.deepEqual(await store.gaps({ limit: 10 }), [])
    assert.deepEqual(await store.series({ ...key, ...everyTime, names: ['peers_count'], points: 10 }), [])
    assert.deepEqual(await store.latest(key), [])
    assert.deepEqual(await store.blocks({ network, limit: 10 }), [])
    assert.deepEqual(await store.nodes(), [])
    assert.deepEqual(await store.logs({ ...everyTime, limit: 10 }), [])
    assert.deepEqual(await store.alarms({ ...everyTime, limit: 10 }), [])
  },

  async 'answers nothing for a node or a network it never heard of'({ store, signal }) {
    await store.append(
      [batchOf([metrics({ peers_count: 1 }), blockReport(headOf(1n), 'geth'), logEntry('hello')])],
      [],
      signal,
    )
    for (const unknown of [
      { ...key, node: 'other' },
      { ...key, network: '5' },
    ]) {
      assert.deepEqual(await store.latest(unknown), [])
      assert.deepEqual(await store.series({ ...unknown, ...everyTime, names: ['peers_count'], points: 1 }), [])
      assert.deepEqual(await store.logs({ ...unknown, ...everyTime, limit: 1 }), [])
    }
    assert.deepEqual(await store.blocks({ network: '5', limit: 1 }), [])
    assert.deepEqual(await store.series({ ...key, ...everyTime, names: ['other'], points: 1 }), [])
  },

  async 'puts a reading at the edge of two slots in the later one, and at the end of the range in none'({
    store,
    signal,
  }) {
    const ats = [-1, 0, 9, 10, 19, 20, 29, 30]
    await store.append([batchOf(ats.map((at) => metrics({ peers_count: at }, { at: noon + at })))], [], signal)
    const question = { ...key, from: noon, to: noon + 30, names: ['peers_count'], points: 3 }
    const [series, ...others] = await store.series(question)
    assert.deepEqual(others, [])
    assert.deepEqual(series?.points, [
      { at: noon, min: 0, max: 9, mean: 4.5, last: 9, count: 2 },
      { at: noon + 10, min: 10, max: 19, mean: 14.5, last: 19, count: 2 },
      { at: noon + 20, min: 20, max: 29, mean: 24.5, last: 29, count: 2 },
    ])
  },

  async 'leaves empty slots out and cuts ranges that do not divide evenly'({ store, signal }) {
    const sets = [0, 6, 7].map((at) => metrics({ peers_count: at }, { at: noon + at }))
    await store.append([batchOf(sets)], [], signal)
    const [series] = await store.series({ ...key, from: noon, to: noon + 10, names: ['peers_count'], points: 3 })
    assert.deepEqual(
      series?.points.map(({ at, count }) => [at - noon, count]),
      [
        [0, 1],
        [3, 1],
        [6, 1],
      ],
    )
  },

  async 'answers an empty range with nothing'({ store, signal }) {
    await store.append([batchOf([metrics({ peers_count: 1 }), logEntry('x')])], [], signal)
    const range = { from: noon, to: noon }
    assert.deepEqual(await store.series({ ...key, ...range, names: ['peers_count'], points: 5 }), [])
    assert.deepEqual(await store.logs({ ...range, limit: 5 }), [])
  },

  async 'takes the latest time for the last value, and of equal times the one stored last'({ store, signal }) {
    const sets = [
      metrics({ peers_count: 1 }, { at: noon + 5 }),
      metrics({ peers_count: 2 }, { at: noon + 5 }),
      metrics({ peers_count: 3 }, { at: noon }),
    ]
    await store.append([batchOf(sets)], [], signal)
    await store.append([batchOf([metrics({ peers_count: 4 }, { at: noon + 4 })], 3n)], [], signal)
    const [series] = await store.series({ ...key, ...everyTime, names: ['peers_count', 'peers_count'], points: 1 })
    assert.equal(series?.points[0]?.last, 2)
    assert.deepEqual(await store.latest(key), [{ name: 'peers_count', labels: {}, value: 2, at: noon + 5 }])
  },

  async 'keeps a series for each set of labels, whatever their order'({ store, signal }) {
    const sets = [
      metrics({ disk_used_bytes: 1 }, { labels: { mount: '/', device: 'sda' } }),
      metrics({ disk_used_bytes: 2 }, { labels: { device: 'sda', mount: '/' }, at: noon + 1 }),
      metrics({ disk_used_bytes: 3 }, { labels: { mount: '/data' } }),
      metrics({ disk_used_bytes: 4 }, { labels: {} }),
      metrics({ disk_used_bytes: 5 }, { at: noon + 1 }),
    ]
    await store.append([batchOf(sets)], [], signal)
    const series = await store.series({ ...key, ...everyTime, names: ['disk_used_bytes'], points: 1 })
    const found = series.map(({ labels, points }) => [labels, points[0]?.count] as const)
    assert.equal(found.length, 3)
    for (const wanted of [
      [{ mount: '/', device: 'sda' }, 2],
      [{ mount: '/data' }, 1],
      [{}, 2],
    ] as const) {
      assert.ok(
        found.some((each) => isDeepStrictEqual(each, wanted)),
        JSON.stringify(wanted),
      )
    }
    assert.deepEqual((await store.latest(key)).map(({ value }) => value).sort(), [2, 3, 5])
  },

  async 'brings back every number exactly as the latest value'({ store, signal }) {
    const values = [
      0,
      -1,
      127,
      128,
      -128,
      -129,
      65_535,
      1.5,
      0.001,
      1 / 3,
      -2.25,
      2 ** 47,
      -(2 ** 47),
      2 ** 53 - 1,
      1e300,
      5e-324,
    ]
    const wide = [0n, 1n, -1n, 255n, 2n ** 53n + 1n, -(2n ** 63n), 2n ** 64n, 10n ** 40n + 7n, -(10n ** 700n)]
    const readings = Object.fromEntries([...values, ...wide].map((value, index) => [`value_${index + 100}`, value]))
    await store.append([batchOf([metrics(readings)])], [], signal)
    const latest = await store.latest(key)
    assert.deepEqual(Object.fromEntries(latest.map(({ name, value }) => [name, value])), readings)
    const [gas] = await store.series({ ...key, ...everyTime, names: ['value_120'], points: 1 })
    assert.equal(gas?.points[0]?.last, Number(2n ** 53n + 1n))
  },

  async 'takes times long past and far ahead'({ store, signal }) {
    const sets = [-8e12, 0, 8e14].map((at, index) => metrics({ peers_count: index }, { at }))
    const logs = [-8e12, 8e14].map((at) => logEntry('odd clock', { at }))
    await store.append([batchOf([...sets, ...logs])], [], signal)
    const [series] = await store.series({ ...key, from: -8e12, to: 8e14 + 1, names: ['peers_count'], points: 1 })
    assert.equal(series?.points[0]?.count, 3)
    assert.deepEqual(
      (await store.logs({ from: -9e12, to: 9e14, limit: 9 })).map(({ at }) => at),
      [8e14, -8e12],
    )
  },

  async 'knows a block by its hash and the earliest reception of each node'({ store, signal }) {
    const block = headOf(100n)
    const reports = [
      blockReport(block, 'late', { at: noon + 900 }),
      blockReport(block, 'geth', { at: noon + 500 }),
      blockReport({ ...block, gasUsed: 5n }, 'geth', { at: noon + 300 }),
      blockReport(block, 'skewed', { at: noon + 9_000, clock: { offsetMs: -8_900, errorMs: 5 } }),
      blockReport(block, 'historian', { at: noon, occasion: 'history' }),
      blockReport(block, 'repeater', { at: noon, occasion: 'repeat' }),
    ]
    await store.append([batchOf(reports)], [], signal)
    const receptions = [
      { node: 'skewed', seenAt: noon + 100 },
      { node: 'geth', seenAt: noon + 300 },
      { node: 'late', seenAt: noon + 900 },
    ]
    assert.deepEqual(await store.blocks({ network, limit: 5 }), [{ block, receptions }])
  },

  async 'gives the highest blocks first, all of one height, and those below a height'({ store, signal }) {
    const blocks = [headOf(5n), headOf(7n, 2), headOf(7n, 1), headOf(2n ** 60n), headOf(6n), headOf(7n)]
    await store.append([batchOf(blocks.map((block) => blockReport(block, 'geth')))], [], signal)
    const heights = async (question: { below?: bigint; limit: number }): Promise<readonly string[]> =>
      (await store.blocks({ network, ...question })).map(({ block }) => `${block.number}/${block.hash.slice(2, 10)}`)
    const all = [`${2n ** 60n}/00000000`, '7/00000000', '7/00000001', '7/00000002', '6/00000000', '5/00000000']
    assert.deepEqual(await heights({ limit: 10 }), all)
    assert.deepEqual(await heights({ limit: 2 }), all.slice(0, 2))
    assert.deepEqual(await heights({ limit: 4, below: 2n ** 60n }), all.slice(1, 5))
    assert.deepEqual(await heights({ limit: 4, below: 0n }), [])
  },

  async 'orders blocks of one height by hash, whenever they came'({ store, signal }) {
    const forks = [headOf(7n, 1), headOf(7n, 2), headOf(7n, 3), headOf(6n)]
    for (const [index, fork] of forks.entries()) {
      await store.append([batchOf([blockReport(fork, 'geth')], BigInt(index))], [], signal)
    }
    const [lowest, ...others] = await store.blocks({ network, limit: 1 })
    assert.deepEqual([lowest?.block, others], [headOf(7n, 1), []])
  },

  async 'survives a block number no database can hold'({ store, signal }) {
    const block = headOf(2n ** 200n)
    await store.append([batchOf([blockReport(block, 'geth'), blockReport(headOf(1n), 'geth')])], [], signal)
    const numbers = (await store.blocks({ network, limit: 5 })).map((stored) => stored.block.number)
    assert.deepEqual(numbers, [2n ** 200n, 1n])
  },

  async 'keeps the newest report of every node'({ store, signal }) {
    const { network: _none, ...nowhere } = geth
    const report = nodeReport({
      at: noon + 5,
      client: 'Geth/v1.17',
      chainId: 2n ** 60n,
      genesis: '0xd4e5',
      location: { level: 'exact', latitude: 52.5, longitude: -13.25 },
      clock: { offsetMs: -3, errorMs: 1.5 },
    })
    await store.append(
      [batchOf([nodeReport(), report, nodeReport({ client: 'older' }), nodeReport({ origin: nowhere })])],
      [],
      signal,
    )
    const reports = (await store.nodes()).toSorted((a, b) => b.at - a.at)
    assert.deepEqual(reports, [report, nodeReport({ origin: nowhere })])
  },

  async 'brings logs back whole, newest first, of one time the last stored first'({ store, signal }) {
    const rich = logEntry('rich', {
      at: noon + 1,
      facility: 0,
      fields: { peer: 'x', '': 'y' },
      clock: { offsetMs: 1, errorMs: 0 },
    })
    await store.append([batchOf([logEntry('one'), logEntry('two'), rich])], [], signal)
    assert.deepEqual(await store.logs({ ...everyTime, limit: 10 }), [rich, logEntry('two'), logEntry('one')])
    assert.deepEqual(await store.logs({ ...everyTime, limit: 1 }), [rich])
    assert.deepEqual(await store.logs({ from: noon, to: noon + 1, limit: 1 }), [logEntry('two')])
  },

  async 'filters logs by severity, network and node'({ store, signal }) {
    const entries = ([0, 3, 4, 7] as const).map((severity) => logEntry(`severity ${severity}`, { severity }))
    const elsewhere = logEntry('elsewhere', { origin: { agent: 'eu-1', node: 'besu', network: '5' } })
    const nowhere = logEntry('nowhere', { origin: { agent: 'eu-1', node: 'geth' } })
    await store.append([batchOf([...entries, elsewhere, nowhere])], [], signal)
    const messages = async (part: object): Promise<readonly string[]> =>
      (await store.logs({ ...everyTime, limit: 10, ...part })).map(({ message }) => message)
    assert.deepEqual(await messages({ atLeast: 3 }), ['severity 3', 'severity 0'])
    assert.deepEqual(await messages({ atLeast: 0 }), ['severity 0'])
    assert.deepEqual(await messages({ network: '5' }), ['elsewhere'])
    assert.deepEqual(await messages({ node: 'geth', atLeast: 6 }), [
      'nowhere',
      'severity 4',
      'severity 3',
      'severity 0',
    ])
    assert.deepEqual(await messages({ network, node: 'besu' }), [])
  },

  async 'finds a part of a message in either case, with % and _ as plain characters'({ store, signal }) {
    const texts = ['100% of Blocks', '100 of blocks', 'snake_case', 'snakeXcase', 'ÄRGER', 'C:\\geth', "it's"]
    await store.append([batchOf(texts.map((text) => logEntry(text)))], [], signal)
    const found = async (text: string): Promise<readonly string[]> =>
      (await store.logs({ ...everyTime, limit: 10, text })).map(({ message }) => message).sort()
    assert.deepEqual(await found('%'), ['100% of Blocks'])
    assert.deepEqual(await found('_'), ['snake_case'])
    assert.deepEqual(await found('of blocks'), ['100 of blocks', '100% of Blocks'])
    assert.deepEqual(await found('ärger'), ['ÄRGER'])
    assert.deepEqual(await found('\\'), ['C:\\geth'])
    assert.deepEqual(await found("'"), ["it's"])
    assert.deepEqual(await found('*'), [])
  },

  async 'brings back any text from outside as it came'({ store, signal }) {
    const logs = hostileTexts.map(
      (text, index): TelemetryRecord<LogEntry> =>
        logEntry(text, { at: noon + index, application: text, fields: { [`key ${text}`]: text } }),
    )
    const records = hostileTexts.flatMap((text, index) => [
      metrics({ [`name ${text}`]: index }, { origin: { ...geth, node: text }, labels: { text } }),
      nodeReport({ origin: { ...geth, node: text }, contact: text }),
      blockReport({ ...headOf(BigInt(index)), extraData: `0x${text}` }, text),
    ])
    await store.append([batchOf([...logs, ...records])], [], signal)
    assert.deepEqual((await store.logs({ ...everyTime, limit: 99 })).toReversed(), logs)
    for (const [index, text] of hostileTexts.entries()) {
      const named = { name: `name ${text}`, labels: { text } }
      assert.deepEqual(await store.latest({ network, node: text }), [{ ...named, value: index, at: noon }])
      const [block] = await store.blocks({ network, below: BigInt(index + 1), limit: 1 })
      assert.deepEqual([block?.block.extraData, block?.receptions], [`0x${text}`, [{ node: text, seenAt: noon }]])
    }
    const contacts = (await store.nodes()).map(({ origin, contact }) => [origin.node, contact] as const)
    assert.deepEqual(new Map(contacts), new Map(hostileTexts.map((text) => [text, text])))
  },

  async 'keeps the highest version of an alarm, in whatever order the steps come'({ store, signal }) {
    const steps = [
      alarmStep('raised', 1, { at: noon }),
      alarmStep('cleared', 3, { at: noon + 30 }),
      alarmStep('changed', 2, { at: noon + 20, severity: 'critical' }),
      alarmStep('raised', 1, { at: noon }),
    ]
    await store.append([batchOf(steps)], [], signal)
    const [alarm, ...others] = await store.alarms({ ...everyTime, limit: 10 })
    assert.deepEqual(others, [])
    assert.deepEqual([alarm?.version, alarm?.condition, alarm?.changedAt], [3, 'cleared', noon + 30])
  },

  async 'clears an alarm also when its acknowledgement came first'({ store, signal }) {
    const acknowledged = alarmStep('acknowledged', 3, { at: noon + 30, actor: 'ada' })
    const steps = [alarmStep('raised', 1), acknowledged, alarmStep('cleared', 2, { at: noon + 20 })]
    for (const [index, step] of steps.entries()) await store.append([batchOf([step], BigInt(index))], [], signal)
    const [alarm] = await store.alarms({ ...everyTime, limit: 10 })
    assert.deepEqual([alarm?.version, alarm?.condition, alarm?.acknowledgedBy], [3, 'cleared', 'ada'])
  },

  async 'gives alarms changed in the range, newest first'({ store, signal }) {
    const steps = [0, 20, 10].map((at, index) => {
      const alarmKey = { resource: `node/${index}`, alarmType: 'node_silent', qualifier: '' }
      return alarmStep('raised', 1, { at: noon + at, key: alarmKey })
    })
    await store.append([batchOf(steps)], [], signal)
    const resources = async (from: number, to: number, limit = 10): Promise<readonly string[]> =>
      (await store.alarms({ from: noon + from, to: noon + to, limit })).map(({ key: { resource } }) => resource)
    assert.deepEqual(await resources(0, 21), ['node/1', 'node/2', 'node/0'])
    assert.deepEqual(await resources(1, 20), ['node/2'])
    assert.deepEqual(await resources(0, 21, 1), ['node/1'])
  },

  async 'refuses questions outside its limits'({ store }) {
    const series = { ...key, ...everyTime, names: ['peers_count'], points: 10 }
    const refused = { retryable: false }
    for (const points of [0, -1, 1.5, 10_001, Number.NaN])
      await assert.rejects(store.series({ ...series, points }), refused)
    await assert.rejects(store.series({ ...series, from: 2, to: 1 }), refused)
    await assert.rejects(store.series({ ...series, to: Number.POSITIVE_INFINITY }), refused)
    await assert.rejects(store.series({ ...series, names: Array.from({ length: 101 }, String) }), refused)
    for (const limit of [0, -1, 0.5, 10_001, Number.NaN]) {
      await assert.rejects(store.logs({ ...everyTime, limit }), refused)
      await assert.rejects(store.blocks({ network, limit }), refused)
      await assert.rejects(store.gaps({ limit }), refused)
      await assert.rejects(store.alarms({ ...everyTime, limit }), refused)
    }
    await assert.rejects(store.logs({ ...everyTime, limit: 1, text: 'x'.repeat(1_001) }), refused)
  },
}
