import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { reading } from '@headwatch/protocol'
import { settled, whileClockRuns } from '@headwatch/sdk/testkit'
import { originalServer } from './testkit/original-server.ts'
import { head, heard, historyNumbers, metrics, node, readings, started } from './testkit/started-exporter.ts'

const timeout = 20_000
const minute = 60_000

describe('a server that was away', { timeout }, () => {
  /** An exporter whose server knows heads up to 10, was away, and is there again on the same port. */
  async function returned() {
    const before = await originalServer()
    const exporter = await started(before, { connectTimeoutMs: 60_000 })
    await exporter.send([node, head(10), readings])
    await before.until(() => heard(before, 'stats').length === 1)
    const port = Number(new URL(before.endpoint).port)
    await before[Symbol.asyncDispose]()
    // The end of the connection is noticed when it is used.
    while ((await settled(exporter.send([node]))).how !== 'rejected') await new Promise(setImmediate)
    await exporter.host.clock.advance(10 * minute)
    const server = await originalServer({ port })
    const run = (isEnough: () => boolean) => whileClockRuns(exporter.host.clock, server.until(isEnough))
    return { exporter, server, run, ago: (ms: number) => exporter.host.clock.now() - ms }
  }

  test('is told at once what stands now, and of what it missed when it asks', { timeout }, async () => {
    const { exporter, server, run, ago } = await returned()
    // It asks as soon as the new head shows that some are missing, which is before the backlog is read.
    const asks = server
      .until(() => heard(server, 'block').length > 0)
      .then(() => {
        server.broadcast('{"emit":["history",{"max":19,"min":11,"list":[11,12,13,14,15,16,17,18,19]}]}')
      })
    await run(() => heard(server, 'hello').length === 1)
    await exporter.send([head(20), metrics({ [reading.peers]: 5 })])
    await asks
    const skipped = []
    for (let number = 11; number < 20; number++) {
      const at = ago((21 - number) * minute)
      const outcome = await exporter.sendBacklog([
        { ...head(number), at },
        { ...metrics({ [reading.peers]: 77 }), at },
      ])
      skipped.push(...(outcome?.skipped ?? []))
    }
    await run(() => heard(server, 'history').length > 0)
    assert.deepEqual(historyNumbers(server), [[19, 18, 17, 16, 15, 14, 13, 12, 11]])
    const blocks = heard(server, 'block').map(({ payload }) => (payload.block as { number: number }).number)
    assert.deepEqual(blocks, [20], 'a block of the backlog was told as if it were now')
    const peers = heard(server, 'stats').map(({ payload }) => (payload.stats as { peers: number }).peers)
    assert.ok(!peers.includes(77), 'a reading of the backlog was told as if it were now')
    assert.deepEqual([skipped.length, skipped.filter(({ reason }) => reason === 'for_history').length], [18, 9])
    assert.deepEqual(server.complaints, [])
    await exporter[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  test('is told nothing old when only old things wait', { timeout }, async () => {
    const { exporter, server, run, ago } = await returned()
    await run(() => heard(server, 'hello').length === 1)
    await exporter.sendBacklog([
      { ...head(11), at: ago(minute) },
      { ...readings, at: ago(minute) },
    ])
    await run(() => heard(server, 'latency').length > 0)
    assert.deepEqual([heard(server, 'block').length, heard(server, 'stats').length], [0, 0])
    await exporter[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  test('keeps nobody else waiting with a flood of what it missed', { timeout }, async () => {
    const { exporter, server, run, ago } = await returned()
    await run(() => heard(server, 'hello').length === 1)
    server.broadcast('{"emit":["history",{"max":11,"min":11,"list":[11]}]}')
    let isFlooding = true
    const flood = async () => {
      while (isFlooding) {
        await exporter.sendBacklog([{ ...head(11), at: ago(minute) }])
        await new Promise(setImmediate)
      }
    }
    const flooding = flood()
    await run(() => heard(server, 'history').length === 1)
    isFlooding = false
    await flooding
    await exporter[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })
})
