import assert from 'node:assert/strict'
import type { TelemetryRecord } from '@headwatch/protocol'
import type { Store } from '../store.ts'
import type { StoreCase } from './store-case.ts'
import { batchOf, geth, metrics, nodeReport, noon, source } from './store-telemetry.ts'

const key = { network: '1-d4e56740', node: 'geth' }
const lastSequence = 2n ** 63n - 1n

/** What every store does with what it is given. */
export const storeAppendCases: Readonly<Record<string, (given: StoreCase) => Promise<void>>> = {
  async 'stores a repeated batch once, whatever its lane'({ store, signal }) {
    const batch = batchOf([peersAt(0), peersAt(1)])
    assert.deepEqual(await store.append([batch], [], signal), { stored: 2, duplicates: 0 })
    assert.deepEqual(await store.append([{ ...batch, lane: 'backlog' }], [], signal), { stored: 0, duplicates: 2 })
    assert.equal(await countOf(store), 2)
  },

  async 'stores what is new of a batch that overlaps, also within one append'({ store, signal }) {
    const first = batchOf([peersAt(0), peersAt(1)])
    const overlapping = batchOf([peersAt(1), peersAt(2), peersAt(3)], 1n)
    assert.deepEqual(await store.append([first, overlapping, first], [], signal), { stored: 4, duplicates: 3 })
    assert.deepEqual(await store.storedRanges(source), [{ first: 0n, last: 3n }])
    assert.equal(await countOf(store), 4)
  },

  async 'closes the numbers of a batch that has no record'({ store, signal }) {
    const batch = { ...batchOf([peersAt(0)]), count: 5, offsets: [3] }
    assert.deepEqual(await store.append([batch, batch], [], signal), { stored: 1, duplicates: 1 })
    assert.deepEqual(await store.append([batchOf([peersAt(9)], 0n)], [], signal), { stored: 0, duplicates: 1 })
    assert.deepEqual(await store.storedRanges(source), [{ first: 0n, last: 4n }])
  },

  async 'keeps the ranges of two lanes apart until they meet'({ store, signal }) {
    await store.append([batchOf([peersAt(0)], 0n), batchOf([peersAt(9)], 9n)], [], signal)
    assert.deepEqual(await store.storedRanges(source), [
      { first: 0n, last: 0n },
      { first: 9n, last: 9n },
    ])
    await store.append([{ ...batchOf([], 1n), lane: 'backlog', count: 8, offsets: [] }], [], signal)
    assert.deepEqual(await store.storedRanges(source), [{ first: 0n, last: 9n }])
  },

  async 'stores nothing of an append in which one source needs too many ranges'({ store, signal }) {
    const other = { ...source, agent: 'us-1' }
    const scattered = Array.from({ length: 9 }, (_, index) => batchOf([peersAt(index)], BigInt(index * 2)))
    const gap = { source: other, first: 7n, last: 8n, reason: 'lost' as const }
    const all = [batchOf([peersAt(50)], 0n, other), ...scattered]
    await assert.rejects(store.append(all, [gap], signal), { retryable: true, scope: 'this_data' })
    assert.deepEqual(await store.storedRanges(source), [])
    assert.deepEqual(await store.storedRanges(other), [])
    assert.deepEqual(await store.gaps({ limit: 10 }), [])
    assert.equal(await countOf(store), 0)
    assert.deepEqual(await store.append(scattered.slice(0, 8), [], signal), { stored: 8, duplicates: 0 })
    assert.equal((await store.storedRanges(source)).length, 8)
  },

  async 'refuses one of two appends at once and stores the other'({ store, signal }) {
    const scattered = Array.from({ length: 9 }, (_, index) => batchOf([peersAt(index)], BigInt(index * 2)))
    const other = { ...source, agent: 'us-1' }
    const outcomes = await Promise.allSettled([
      store.append(scattered, [], signal),
      store.append([batchOf([peersAt(50)], 0n, other)], [], signal),
    ])
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['rejected', 'fulfilled'],
    )
    assert.equal(await countOf(store), 1)
  },

  async 'counts each record once when the same batches are appended at once'({ store, signal }) {
    const batches = Array.from({ length: 20 }, (_, index) =>
      batchOf([peersAt(index), peersAt(index + 1)], BigInt(index)),
    )
    const outcomes = await Promise.all(batches.map((batch) => store.append([batch], [], signal)))
    assert.equal(
      outcomes.reduce((sum, { stored }) => sum + stored, 0),
      21,
    )
    assert.equal(await countOf(store), 21)
  },

  async 'stores what of a gap was still open, newest first, and closes it'({ store, signal }) {
    await store.append([batchOf([peersAt(0), peersAt(1)], 4n)], [], signal)
    const gap = { source, first: 2n, last: 8n, reason: 'wrapped' as const }
    const other = { source: { ...source, agent: 'us-1' }, first: 0n, last: 0n, reason: 'lost' as const }
    await store.append([], [gap], signal)
    await store.append([], [gap, other], signal)
    const stored = (await store.gaps({ limit: 10 })).map(({ storedAt: _at, ...rest }) => rest)
    assert.deepEqual(stored, [other, { ...gap, first: 6n }, { ...gap, last: 3n }])
    assert.deepEqual(await store.storedRanges(source), [{ first: 2n, last: 8n }])
    assert.equal((await store.gaps({ agent: 'us-1', limit: 10 })).length, 1)
    assert.equal((await store.gaps({ limit: 1 })).length, 1)
  },

  async 'stores the record where one append has both the record and a gap for its number'({ store, signal }) {
    const gap = { source, first: 0n, last: 0n, reason: 'lost' as const }
    assert.deepEqual(await store.append([batchOf([peersAt(0)])], [gap], signal), { stored: 1, duplicates: 0 })
    assert.deepEqual(await store.gaps({ limit: 10 }), [])
  },

  async 'tells numbers around 2^53 apart, and takes them up to 2^63 - 1'({ store, signal }) {
    const edge = 2n ** 53n
    for (const first of [edge - 1n, edge, edge + 1n, lastSequence]) {
      assert.deepEqual(await store.append([batchOf([peersAt(0)], first)], [], signal), { stored: 1, duplicates: 0 })
    }
    await store.append([], [{ source, first: edge + 3n, last: lastSequence - 2n, reason: 'lost' }], signal)
    assert.deepEqual(await store.storedRanges(source), [
      { first: edge - 1n, last: edge + 1n },
      { first: edge + 3n, last: lastSequence - 2n },
      { first: lastSequence, last: lastSequence },
    ])
    const [gap] = await store.gaps({ limit: 1 })
    assert.deepEqual([gap?.first, gap?.last], [edge + 3n, lastSequence - 2n])
  },

  async 'refuses for good what contradicts itself'({ store, signal }) {
    const good = batchOf([peersAt(0)])
    const bad = [
      { ...good, count: 0, records: [] },
      { ...good, count: 2 },
      { ...good, first: -1n },
      { ...good, first: lastSequence, count: 2, offsets: [0] },
      { ...good, offsets: [1] },
      { ...good, count: 3, records: [peersAt(0), peersAt(1)], offsets: [2, 1] },
    ]
    for (const batch of bad) await assert.rejects(store.append([batch], [], signal), { retryable: false })
    const gap = { source, first: 5n, last: 4n, reason: 'lost' as const }
    await assert.rejects(store.append([good], [gap], signal), { retryable: false })
    assert.equal(await countOf(store), 0)
  },

  async 'stores nothing for an append without content'({ store, signal }) {
    assert.deepEqual(await store.append([], [], signal), { stored: 0, duplicates: 0 })
  },

  async 'keeps agents, streams and epochs apart, whatever is in their names'({ store, signal }) {
    const names = ['a', 'a|b', 'a"b', "a'; DROP TABLE metric; --", '', '\u0000', '\ud800', '\ud801', '😀', 'a%7Cb']
    const sources = names.flatMap((name) => [
      { ...source, agent: name },
      { ...source, stream: name },
      { ...source, epoch: name },
    ])
    const batches = sources.map((each, index) => batchOf([peersAt(index)], BigInt(index * 2), each))
    assert.deepEqual(await store.append(batches, [], signal), { stored: sources.length, duplicates: 0 })
    for (const [index, each] of sources.entries()) {
      assert.deepEqual(await store.storedRanges(each), [{ first: BigInt(index * 2), last: BigInt(index * 2) }])
    }
  },

  async 'counts session events and block timings as stored'({ store, signal }) {
    const session: TelemetryRecord = { type: 'session', origin: geth, at: noon, change: 'opened', session: 's' }
    const timing = {
      ...nodeReport(),
      type: 'block_timing' as const,
      number: 1n,
      hash: '0x1' as const,
      processingMs: 3.5,
    }
    assert.deepEqual(await store.append([batchOf([session, timing])], [], signal), { stored: 2, duplicates: 0 })
    assert.deepEqual(await store.storedRanges(source), [{ first: 0n, last: 1n }])
  },

  async 'rejects with the reason of a signal that aborted already'({ store }) {
    const reason = new Error('enough')
    const aborted = AbortSignal.abort(reason)
    await assert.rejects(store.append([batchOf([peersAt(0)])], [], aborted), reason)
    await assert.rejects(store.latest(key, aborted), reason)
    await assert.rejects(store.logs({ from: 0, to: 1, limit: 1 }, aborted), reason)
    await assert.rejects(store.nodes(aborted), reason)
    assert.equal(await countOf(store), 0)
  },
}

function peersAt(second: number): TelemetryRecord {
  return metrics({ peers_count: second }, { at: noon + second * 1_000 })
}

async function countOf(store: Store): Promise<number> {
  const question = { ...key, from: noon - 1e9, to: noon + 1e9, names: ['peers_count'], points: 1 }
  return (await store.series(question))[0]?.points[0]?.count ?? 0
}
