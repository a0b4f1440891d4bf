import assert from 'node:assert/strict'
import type { Batch, Store, TelemetryRecord } from '@headwatch/sdk'

/** When number 0 was true; number n is n seconds later. */
const startAt = 1_790_000_000_000

export const runSource = { agent: 'eu-1', stream: 'main', epoch: 'first' }

const key = { network: '1', node: 'geth' }

/** `count` records from number `first` on, each the reading `number_count` of its own number. */
export function runBatch(first: number, count: number): Batch {
  const records = Array.from({ length: count }, (_, index): TelemetryRecord => {
    const number = first + index
    const origin = { agent: 'eu-1', ...key }
    return { type: 'metrics', origin, at: startAt + number * 1_000, readings: { number_count: number } }
  })
  return { source: runSource, lane: 'live', first: BigInt(first), count, records }
}

/** Checks that numbers 0 to the highest stored one are each stored and answered once. Returns how many there are. */
export async function assertStoredOnce(store: Store): Promise<number> {
  const ranges = await store.storedRanges(runSource)
  if (ranges.length === 0) return 0
  assert.equal(ranges.length, 1)
  assert.equal(ranges[0]?.first, 0n)
  const stored = Number(ranges[0]?.last ?? -1n) + 1
  const question = { ...key, from: startAt, to: startAt + 9_000_000_000, names: ['number_count'], points: 1 }
  const [point] = (await store.series(question))[0]?.points ?? []
  const mean = (stored - 1) / 2
  assert.deepEqual([point?.count, point?.min, point?.max, point?.mean], [stored, 0, stored - 1, mean])
  const [latest] = await store.latest(key)
  assert.equal(latest?.value, stored - 1)
  return stored
}
