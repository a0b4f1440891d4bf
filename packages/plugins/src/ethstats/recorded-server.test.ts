import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Telemetry } from '@headwatch/protocol'
import { AgentReader } from '@headwatch/protocol/ethstats'
import type { RecordedFrame } from './testkit/recorded-case.ts'
import { recordedServer, serverCases, serverFrames } from './testkit/recorded-server.ts'
import { started } from './testkit/started-exporter.ts'

const timeout = 20_000

/** The topic of an event, or the whole of a text of the transport. */
const kindOf = (frame: string): string => /^\{"emit":\["([^"]+)"/.exec(frame)?.[1] ?? frame

/** What depends on when it is asked. */
const isOfTheMoment = (kind: string): boolean => kind === 'node-ping' || kind === 'latency'

describe('our exporter says to a real server again, frame by frame, what it said when it was recorded', () => {
  for (const name of serverCases()) {
    test(name, { timeout }, async () => {
      await using server = await recordedServer()
      const frames = serverFrames(name)
      const own = frames.filter(({ from, frame }) => from === 'agent' && !isOfTheMoment(kindOf(frame)))
      await using exporter = await started(server, idOf(own[0]?.frame))
      const reader = new AgentReader()
      let expected = 0
      for (const [index, { from, frame }] of frames.entries()) {
        const kind = kindOf(frame)
        if (from === 'server' && kind === 'history') await exporter.send(blocksIn(frames.slice(index), reader))
        if (from === 'server' && (kind === 'history' || kind.startsWith('"primus'))) server.say(frame)
        if (from === 'server' || isOfTheMoment(kind)) continue
        const read = reader.read(frame)
        if (read.kind === 'hello') await exporter.send([read.hello.node])
        if (read.kind === 'telemetry') await exporter.send(read.items)
        const said = await server.hears(++expected, (heard) => !isOfTheMoment(kindOf(heard)))
        assert.equal(said.at(-1), frame)
      }
      assert.equal(expected, own.length)
    })
  }
})

/** What the collector had caught up with when it was asked for: nothing else told of these blocks. */
function blocksIn(frames: readonly RecordedFrame[], reader: AgentReader): readonly Telemetry[] {
  const answer = frames.find(({ from, frame }) => from === 'agent' && kindOf(frame) === 'history')
  const read = reader.read(answer?.frame ?? '')
  return read.kind === 'history' ? read.items : []
}

/** Who our exporter was, from its hello. */
function idOf(hello = '{}'): { readonly name: string; readonly secret: string } {
  const { emit } = JSON.parse(hello) as { emit: [string, { id: string; secret: string }] }
  return { name: emit[1].id, secret: emit[1].secret }
}
