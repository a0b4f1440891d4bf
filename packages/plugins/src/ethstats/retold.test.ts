import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Telemetry } from '@headwatch/protocol'
import { AgentReader } from '@headwatch/protocol/ethstats'
import { originalServer } from './testkit/original-server.ts'
import { type RecordedFrame, recordedCase, recordedCases, recordedFrames } from './testkit/recorded-case.ts'
import { heard, started } from './testkit/started-exporter.ts'

const timeout = 20_000

/** By which servers of the old kind tell forks apart: any two spellings of one value are two forks. */
const forkFields = ['hash', 'parentHash', 'transactionsRoot', 'stateRoot', 'miner', 'difficulty', 'totalDifficulty']
/** They write blocks as geth does; others spell numbers in other ways. */
const writesLikeGeth = new Set(['geth', 'Erigon', 'Nethermind'])

type Fields = Readonly<Record<string, unknown>>

describe('a node that a client told of is told of by our exporter to the same server', { timeout }, () => {
  for (const name of recordedCases()) {
    const { program, heartbeat } = recordedCase(name)
    const frames = recordedFrames(name)

    test(`so that it notices no difference: ${name}`, { timeout }, async () => {
      await using server = await originalServer({ generation: heartbeat === 'client pings' ? 6 : 8 })
      await using exporter = await started(server)
      const wishes: string[] = []
      const reader = new AgentReader()
      for (const { from, frame } of frames) {
        if (from === 'agent') await exporter.send(itemsOf(reader, frame))
        // What the server answers to hello and pings it answers to ours by itself.
        else if (frame.includes('"history"')) wishes.push(frame)
      }
      for (const wish of wishes) server.broadcast(wish)
      const theirs = eventsOf(frames)
      const isHeard = (topic: string, count: number) => heard(server, topic).length >= count
      await server.until(() => ['block', 'pending'].every((topic) => isHeard(topic, theirs(topic).length)))
      await server.until(() => isHeard('history', wishes.length))
      const blocks = (events: readonly Fields[]) =>
        events.map(({ block }) => Object.fromEntries(forkFields.map((key) => [key, (block as Fields)[key]])))
      const ours = heard(server, 'block').map(({ payload }) => payload)
      const asTheirs = writesLikeGeth.has(program) ? ours : ours.map(withoutSpelling)
      const expected = writesLikeGeth.has(program) ? theirs('block') : theirs('block').map(withoutSpelling)
      assert.deepEqual(new Set(blocks(asTheirs).map(toKey)), new Set(blocks(expected).map(toKey)))
      assert.deepEqual(
        heard(server, 'pending').map(({ payload }) => payload.stats),
        theirs('pending').map(({ stats, pending }) => ({ pending: ((stats ?? pending) as Fields).pending })),
      )
      assert.deepEqual(server.complaints, [])
    })
  }
})

/** What a server of ours makes of one frame; the hello is who the node is. */
function itemsOf(reader: AgentReader, frame: string): Telemetry[] {
  const read = reader.read(frame)
  if (read.kind === 'hello') return [read.hello.node]
  return read.kind === 'telemetry' || read.kind === 'history' ? [...read.items] : []
}

function eventsOf(frames: readonly RecordedFrame[]) {
  const events = frames.flatMap(({ from, frame }): [string, Fields][] => {
    const { emit } = JSON.parse(frame) as { emit?: [string, Fields] }
    return from === 'agent' && Array.isArray(emit) ? [emit] : []
  })
  return (topic: string): Fields[] =>
    events.flatMap(([name, payload]) => {
      // The oldest agent has everything in one frame.
      if (name === 'update') {
        const { block, pending } = payload.stats as Fields
        return [{ block, stats: { pending } }]
      }
      return name === topic ? [payload] : []
    })
}

/** The same values, all spelled alike; what is zero or missing is one. */
function withoutSpelling({ block }: Fields): Fields {
  const entries = Object.entries(block as Fields).map(([key, value]) => [key, String(BigInt(textOf(value)))])
  return { block: Object.fromEntries(entries.filter(([, value]) => value !== '0')) }
}

const textOf = (value: unknown): string => (/^(0x)?[0-9a-f]+$/i.test(String(value)) ? String(value) : '0')
const toKey = (fields: Fields): string => JSON.stringify(fields)
