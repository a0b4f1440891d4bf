import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TelemetryRecord } from '@headwatch/protocol'
import fc from 'fast-check'
import type { NumberedRun } from './hand-over.ts'
import { relayedRuns } from './relayed-runs.ts'

const relay = { agent: 'edge-1', stream: 'main', epoch: 'r' }
const reading = (value: number, agent = 'eu-1'): TelemetryRecord => ({
  type: 'metrics',
  origin: { agent, node: 'geth-a' },
  at: value,
  readings: { value },
})
const frameOf = (records: readonly TelemetryRecord[]): NumberedRun => ({
  source: relay,
  lane: 'live',
  first: 100n,
  count: records.length,
  records,
  offsets: records.map((_record, place) => place),
})

test('a relay’s frame is taken apart by who numbered what, and nothing is closed that no record stood for', () => {
  const agent = fc.constantFrom('eu-1', 'eu-2', 'eu-3')
  const steps = fc.array(
    fc.record({
      agent,
      before: fc.nat(3),
      after: fc.nat(3),
      hole: fc.nat(2),
      has: fc.constantFrom('record', 'mark', 'own'),
    }),
    { minLength: 1, maxLength: 60 },
  )
  fc.assert(
    fc.property(steps, (all) => {
      const next = new Map<string, number>()
      const wanted = new Map<string, Set<number>>()
      const values = new Map<string, number>()
      const records = all.map(({ agent, before, after, hole, has }, place): TelemetryRecord => {
        if (has === 'own') return reading(place, 'edge-1')
        const first = (next.get(agent) ?? 1) + hole
        const last = first + before + after
        next.set(agent, last + 1)
        const closed = wanted.get(agent) ?? new Set()
        wanted.set(agent, closed)
        for (let number = first; number <= last; number++) closed.add(number)
        const identity = {
          source: { agent, stream: 'main', epoch: 'e' },
          sequence: BigInt(first + before),
          closes: { first: BigInt(first), last: BigInt(last) },
        }
        if (has === 'mark') return { type: 'gap', origin: { agent, node: agent }, at: 0, identity }
        values.set(`${agent} ${first + before}`, place)
        return { ...reading(place, agent), identity }
      })
      const { passedOn, own } = relayedRuns(frameOf(records))
      const closed = new Map<string, Set<number>>()
      for (const run of passedOn) {
        const numbers = closed.get(run.source.agent) ?? new Set()
        closed.set(run.source.agent, numbers)
        for (let index = 0; index < run.count; index++) numbers.add(Number(run.first) + index)
        for (const [index, record] of run.records.entries()) {
          const key = `${run.source.agent} ${Number(run.first) + (run.offsets[index] ?? -1)}`
          assert.equal(record.at, values.get(key), key)
          values.delete(key)
        }
      }
      assert.deepEqual(closed, wanted)
      assert.equal(values.size, 0, 'a record went missing')
      assert.deepEqual([own.first, own.count], [100n, records.length])
      for (const [index, record] of own.records.entries()) assert.equal(record.at, own.offsets[index])
      assert.equal(own.records.length, all.filter(({ has }) => has === 'own').length)
    }),
  )
})

test('what comes through a relay says so, and what is the relay’s own does not', () => {
  const identity = { source: { agent: 'eu-1', stream: 'main', epoch: 'e' }, sequence: 7n }
  const { passedOn, own } = relayedRuns(frameOf([{ ...reading(1), identity }, reading(2), reading(3, 'edge-1')]))
  const viaOf = (run: NumberedRun | undefined) => run?.records.map(({ origin, identity: kept }) => [origin.via, kept])
  assert.deepEqual(viaOf(passedOn[0]), [['edge-1', undefined]])
  assert.deepEqual(viaOf(own), [
    ['edge-1', undefined],
    [undefined, undefined],
  ])
})
