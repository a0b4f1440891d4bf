import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Telemetry, TelemetryRecord } from '@headwatch/protocol'
import { RejectedError, RetryableError } from '@headwatch/sdk'
import { turns } from '@headwatch/sdk/testkit'
import { type ReceiverOptions, runningReceiver } from './testkit/running-receiver.ts'

const source = { agent: 'eu-1', stream: 'main', epoch: 'e' }
const passedOn = (sequence: number, agent = 'eu-1'): TelemetryRecord => ({
  type: 'metrics',
  origin: { agent, node: 'geth-a', network: '1-d4e56740' },
  at: sequence,
  readings: { value: sequence },
  identity: { source: { ...source, agent }, sequence: BigInt(sequence) },
})
const own: TelemetryRecord = {
  type: 'session',
  origin: { agent: 'eu-1', node: 'eu-1' },
  at: 5,
  change: 'bye',
  session: 'c-1',
}
const lost: TelemetryRecord = {
  type: 'gap',
  origin: { agent: 'eu-2', node: 'eu-2' },
  at: 0,
  reason: 'wrapped',
  identity: { source: { ...source, agent: 'eu-2' }, sequence: 9n, closes: { first: 3n, last: 9n } },
}

/** A receiver that believes `edge-1`, and that relay, welcomed. */
async function relayed(options: ReceiverOptions = {}, agent = 'edge-1') {
  const running = await runningReceiver({ ...options, config: { relays: ['edge-1'], ackDelayMs: 0 } })
  const relay = await running.connect()
  await relay.greet({ agent, streams: [{ stream: 'main', epoch: 'r', next: 200n }] })
  const send = (records: readonly TelemetryRecord[], first = 100n) =>
    relay.sendData(first, records.length, 'live', records as never)
  return { ...running, relay, send }
}

const valuesOf = (items: readonly Telemetry[]) => items.map((item) => (item.type === 'metrics' ? item.at : item.type))

describe('what a relay sends', () => {
  test('is stored under the numbers and the names it came with, and its own under the relay’s', async () => {
    const { send, taken, gaps, end } = await relayed()
    send([passedOn(7), passedOn(1, 'eu-2'), passedOn(8), own, lost])
    await turns()
    assert.deepEqual(
      taken.map(({ position, items }) => [position.source.agent, position.first, position.count, valuesOf(items)]),
      [
        ['eu-1', 7n, 2, [7, 8]],
        ['eu-2', 1n, 1, [1]],
        ['edge-1', 100n, 5, ['session']],
      ],
    )
    assert.deepEqual(taken[2]?.position.offsets, [3])
    assert.deepEqual(taken[0]?.items[0]?.origin, { ...passedOn(7).origin, via: 'edge-1' })
    assert.ok(taken.every(({ items }) => items.every((item) => !('identity' in item))))
    assert.deepEqual(gaps, [{ source: lost.identity?.source, first: 3n, last: 9n, reason: 'wrapped' }])
    await end()
  })

  test('is acknowledged only after the last part of it is owned', async () => {
    const gate = Promise.withResolvers<undefined>()
    const take = (first: bigint) => (first === 7n ? gate.promise : undefined)
    const { send, relay, taken, host, end } = await relayed({ take })
    send([passedOn(7), passedOn(1, 'eu-2'), own])
    await turns()
    assert.deepEqual(taken.map(({ position }) => position.first).sort(), [1n, 7n])
    assert.equal(relay.heard.filter(({ type }) => type === 'ack').length, 0)
    gate.resolve(undefined)
    await turns()
    await host.clock.advance(1)
    assert.equal((await relay.hear('ack'))?.through, 102n)
    assert.equal(taken.at(-1)?.position.source.agent, 'edge-1')
    await end()
  })

  test('is asked for again when a part of it has no room, and the relay’s numbers stay open', async () => {
    const take = async (first: bigint) => {
      if (first === 1n) throw new RetryableError('behind', { retryAfterMs: 70 })
    }
    const { send, relay, taken, end } = await relayed({ take })
    send([passedOn(7), passedOn(1, 'eu-2'), own])
    assert.partialDeepStrictEqual(await relay.hear('nack'), { action: 'retry', first: 100n, last: 102n })
    assert.ok(taken.every(({ position }) => position.source.agent !== 'edge-1'))
    await end()
  })

  test('loses the part that is refused for good, whose numbers are closed, and nothing else', async () => {
    const take = async (first: bigint) => {
      if (first === 1n) throw new RejectedError('poison')
    }
    const { send, relay, gaps, taken, host, end } = await relayed({ take })
    send([passedOn(7), passedOn(1, 'eu-2'), own])
    await turns()
    await host.clock.advance(1)
    assert.equal((await relay.hear('ack'))?.through, 102n)
    assert.deepEqual(gaps, [{ source: { ...source, agent: 'eu-2' }, first: 1n, last: 1n, reason: 'quarantined' }])
    assert.equal(taken.length, 3)
    await end()
  })

  test('is no news of others when it comes from anyone else', async () => {
    const { send, taken, gaps, host, end } = await relayed({}, 'eu-9')
    send([passedOn(7), own, lost])
    await turns()
    assert.deepEqual(
      taken.map(({ position, items }) => [position.source.agent, position.first, position.count, valuesOf(items)]),
      [['eu-9', 100n, 3, [7]]],
    )
    assert.deepEqual(taken[0]?.items[0]?.origin?.agent, 'eu-9')
    assert.deepEqual(gaps, [])
    assert.equal(host.meter.value('headwatch_native_identities_ignored_total'), 2)
    await end()
  })
})

describe('what a relay lost on the way', () => {
  const passedLater = (sequence: number) => {
    const { identity, ...record } = passedOn(sequence)
    assert.ok(identity)
    return { ...record, identity: { ...identity, passed: { first: 1n, last: BigInt(sequence) - 1n } } }
  }
  const own = { stream: 'main', lane: 'live' } as const

  test('is declared missing of those whose it was, as soon as nothing older can come', async () => {
    let relayStored = [{ first: 1n, last: 89n }]
    const storedOf = ({ agent }: { agent: string }) => (agent === 'eu-1' ? [{ first: 1n, last: 5n }] : relayStored)
    const { send, relay, gaps, end } = await relayed({ storedOf })
    send([passedLater(9)], 90n)
    await turns()
    assert.deepEqual(gaps, [], 'nothing was lost yet')
    relay.say({ type: 'gap', ...own, first: 91n, last: 99n, reason: 'wrapped' })
    send([passedLater(12)], 100n)
    await turns()
    assert.deepEqual(gaps.slice(1), [], 'something older may still come')
    relayStored = [{ first: 1n, last: 100n }]
    send([passedLater(14)], 101n)
    send([passedLater(20)], 102n)
    await turns()
    assert.deepEqual(gaps.slice(1), [{ source, first: 6n, last: 13n, reason: 'wrapped' }])
    await end()
  })

  test('is looked for again when a frame from before the loss was told of later than the loss', async () => {
    const relayStored = [{ first: 1n, last: 300n }]
    const stored = [{ first: 1n, last: 5n }]
    const storedOf = ({ agent }: { agent: string }) => (agent === 'eu-1' ? stored : relayStored)
    const { send, relay, gaps, end } = await relayed({ storedOf })
    relay.say({ type: 'gap', ...own, first: 150n, last: 160n, reason: 'wrapped' })
    send([passedLater(9)], 170n)
    await turns()
    relay.say({ type: 'gap', ...own, first: 180n, last: 190n, reason: 'wrapped' })
    await turns()
    relay.say({ type: 'gap', stream: 'main', lane: 'backlog', first: 100n, last: 110n, reason: 'wrapped' })
    send([passedLater(12)], 171n)
    send([passedLater(30)], 195n)
    await turns()
    assert.deepEqual(gaps.at(-1), { source, first: 6n, last: 29n, reason: 'wrapped' })
    await end()
  })
})

describe('a source with too many holes', () => {
  const eight = Array.from({ length: 8 }, (_, index) => ({
    first: BigInt(index * 10 + 1),
    last: BigInt(index * 10 + 5),
  }))
  const older = [{ first: 1n, last: 99n }]

  /** Eight runs of eu-1 are stored, and a part that would need a ninth waits; `relayStored` of the relay's own numbers. */
  async function waiting(relayStored: readonly { first: bigint; last: bigint }[]) {
    const take = (first: bigint) => (first === 81n ? new Promise<void>(() => undefined) : undefined)
    const storedOf = ({ agent }: { agent: string }) => (agent === 'eu-1' ? eight : relayStored)
    const running = await relayed({ storedOf, take })
    running.send([passedOn(81)])
    await turns()
    return running
  }

  test('has the lowest declared lost, once its relay has nothing older left to send', async () => {
    const { host, gaps, end } = await waiting([{ first: 1n, last: 99n }])
    await host.clock.advance(1_900)
    assert.deepEqual(gaps, [])
    await host.clock.advance(200)
    assert.deepEqual(gaps, [{ source, first: 6n, last: 10n, reason: 'lost' }])
    assert.equal(host.meter.value('headwatch_native_holes_given_up_total'), 1)
    await end()
  })

  test('keeps them all while the relay still has a backlog that may fill them', async () => {
    const { host, gaps, end } = await waiting([
      { first: 1n, last: 50n },
      { first: 61n, last: 99n },
    ])
    await host.clock.advance(60_000)
    assert.deepEqual(gaps, [])
    await end()
  })

  test('has the lowest declared lost too where the store does not wait, but has the relay come again', async () => {
    const take = async (first: bigint) => {
      if (first === 81n) throw new RetryableError('too many holes', { scope: 'this_data' })
    }
    const { send, relay, gaps, end } = await relayed({
      storedOf: ({ agent }) => (agent === 'eu-1' ? eight : older),
      take,
    })
    send([passedOn(81)])
    assert.partialDeepStrictEqual(await relay.hear('nack'), { action: 'retry', first: 100n, last: 100n })
    assert.deepEqual(gaps, [{ source, first: 6n, last: 10n, reason: 'lost' }])
    await end()
  })

  test('never has declared lost what the very frame brings that waits', async () => {
    const never = () => new Promise<void>(() => undefined)
    const { send, host, gaps, end } = await relayed({
      storedOf: ({ agent }) => (agent === 'eu-1' ? eight : older),
      take: never,
    })
    const { identity, ...record } = passedOn(91)
    assert.ok(identity)
    send([
      passedOn(7),
      passedOn(8),
      passedOn(85),
      { ...record, identity: { ...identity, passed: { first: 81n, last: 90n } } },
    ])
    await turns()
    await host.clock.advance(2_100)
    const lost = new Set(gaps.map(({ first, last }) => `${first}-${last}`))
    assert.deepEqual(lost, new Set(['6-6', '9-10', '81-84', '86-90']))
    await end()
  })
})
