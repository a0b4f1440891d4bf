import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Handover, HandoverSink, Telemetry } from '@headwatch/protocol'
import { RejectedError, RetryableError } from '@headwatch/sdk'
import { fakeClock, fakeMeter, turns } from '@headwatch/sdk/testkit'
import fc from 'fast-check'
import { coreSink } from './core-sink.ts'
import { Gateway, type GatewayOptions } from './gateway.ts'

const ping = (value: number): Telemetry => ({
  type: 'metrics',
  readings: { value },
  origin: { agent: 'a', node: 'n' },
  at: value,
})
const valuesOf = (handover: Handover) => handover.batches.flatMap(({ records }) => records.map(({ at }) => at))
const source = { agent: 'eu-1', stream: 'main', epoch: 'x' }

function gatewayTo(
  take: (handover: Handover) => Promise<Partial<Awaited<ReturnType<HandoverSink['take']>>> | undefined>,
  options: Partial<GatewayOptions> = {},
) {
  const clock = fakeClock(0)
  const handovers: Handover[] = []
  const sink: HandoverSink = {
    async take(handover) {
      handovers.push(handover)
      const nothing = { batches: [], gaps: [] }
      return {
        number: handover.number,
        creditRecords: 0,
        rejected: [],
        later: nothing,
        returned: nothing,
        ...(await take(handover)),
      }
    },
  }
  const all = { name: 'g', agent: 'edge-1', epoch: 'e', handoverRecords: 3, handoverMs: 20, maxRecords: 10, ...options }
  return { gateway: new Gateway(all, sink, { clock, meter: fakeMeter() }), clock, handovers }
}

describe('a gateway', () => {
  test('gathers what comes within a tick into one handover, and answers when core owns it', async () => {
    const owned = Promise.withResolvers<undefined>()
    const { gateway, clock, handovers } = gatewayTo(() => owned.promise)
    const accepted = [gateway.accept([ping(1)]), gateway.accept([ping(2)])]
    await clock.advance(20)
    assert.deepEqual(handovers.map(valuesOf), [[1, 2]])
    owned.resolve(undefined)
    await Promise.all(accepted)
  })

  test('does not wait for the tick when there is enough', async () => {
    const { gateway, handovers } = gatewayTo(async () => undefined)
    await gateway.accept([ping(1), ping(2), ping(3)])
    assert.deepEqual(handovers.map(valuesOf), [[1, 2, 3]])
  })

  test('keeps the numbers a sender gave and gives its own to the rest', async () => {
    const { gateway, handovers } = gatewayTo(async () => undefined)
    await Promise.all([
      gateway.accept([ping(1)]),
      gateway.accept([ping(2), ping(3)], { source, lane: 'backlog', first: 7n }),
    ])
    assert.partialDeepStrictEqual(handovers[0]?.batches, [
      { source, lane: 'backlog', first: 7n, count: 2 },
      { source: { agent: 'edge-1', stream: 'received/g', epoch: 'e' }, lane: 'live', first: 1n, count: 1 },
    ])
  })

  test('gives a handover that core could not take again, under the same numbers', async () => {
    let failures = 2
    const { gateway, clock, handovers } = gatewayTo(async () => {
      if (failures-- > 0) throw new RetryableError('core is away')
      return undefined
    })
    const accepted = gateway.accept([ping(1), ping(2), ping(3)])
    await clock.advance(5_000)
    await accepted
    assert.equal(handovers.length, 3)
    assert.equal(
      new Set(handovers.map((handover) => JSON.stringify([handover.number, String(handover.batches[0]?.first)]))).size,
      1,
    )
  })

  test('hands over what comes while core still works on what came before, and answers each when it is owned', async () => {
    const answers: (() => void)[] = []
    const { gateway, handovers } = gatewayTo(() => new Promise((resolve) => answers.push(() => resolve(undefined))))
    const owned: string[] = []
    const first = gateway.accept([ping(1), ping(2), ping(3)]).then(() => owned.push('first'))
    const second = gateway.accept([ping(4), ping(5), ping(6)]).then(() => owned.push('second'))
    await turns()
    const third = gateway.accept([ping(7), ping(8), ping(9)]).then(() => owned.push('third'))
    await turns()
    assert.deepEqual(handovers.map(valuesOf), [
      [1, 2, 3, 4, 5, 6],
      [7, 8, 9],
    ])
    answers[1]?.()
    await third
    assert.deepEqual(owned, ['third'])
    answers[0]?.()
    await Promise.all([first, second])
  })

  test('gives again only what core could not take, before what is newer', async () => {
    let later: readonly number[] = [1]
    const { gateway, clock, handovers } = gatewayTo(async () => {
      const ack = { later: { batches: later, gaps: [] } }
      later = []
      return ack
    })
    const batch = (first: bigint) => gateway.accept([ping(Number(first))], { source, lane: 'live', first })
    const accepted = [batch(1n), batch(2n), batch(3n)]
    await turns()
    const newer = batch(4n)
    await clock.advance(1_000)
    await Promise.all([...accepted, newer])
    const numbers = handovers.map(({ batches }) => batches.map(({ first }) => first))
    assert.deepEqual(numbers, [[1n, 2n, 3n], [4n], [2n]])
  })

  test('takes what a sender gives in the very moment it hears that all before is owned', async () => {
    const { gateway, handovers } = gatewayTo(async () => undefined)
    const turns = 8
    for (let turn = 0; turn < turns; turn++) {
      await gateway.accept([ping(1), ping(2), ping(3)])
      for (let later = 0; later < turn; later++) await Promise.resolve()
    }
    assert.equal(handovers.length, turns)
  })

  test('refuses what is more than it may hold, so that the sender keeps it', async () => {
    const { gateway } = gatewayTo(() => new Promise(() => undefined))
    void gateway.accept(Array.from({ length: 10 }, (_, value) => ping(value)))
    await assert.rejects(async () => gateway.accept([ping(11)]), { name: 'RetryableError' })
  })

  test('tells only the sender of poison that it was refused', async () => {
    const { gateway, clock } = gatewayTo(async () => ({ rejected: [{ index: 0, reason: 'poison' }] }))
    const outcomes = Promise.allSettled([
      gateway.accept([ping(1)], { source, lane: 'live', first: 1n }),
      gateway.accept([ping(2)]),
    ])
    await clock.advance(20)
    assert.deepEqual(
      (await outcomes).map(({ status }) => status),
      ['rejected', 'fulfilled'],
    )
  })

  test('holds nothing of what core sends back, and keeps nobody else waiting for it', async () => {
    const returned = {
      batches: [{ index: 0, reason: 'too many holes' }],
      gaps: [{ index: 0, reason: 'too many holes' }],
    }
    const { gateway, clock, handovers } = gatewayTo(async ({ batches }) =>
      batches[0]?.source.agent === source.agent ? { returned } : undefined,
    )
    for (let turn = 0; turn < 5; turn++) {
      const records = Array.from({ length: 8 }, (_, value) => ping(value))
      const outcomes = Promise.allSettled([
        gateway.accept(records, { source, lane: 'live', first: 7n }),
        gateway.accept.gap({ source, first: 1n, last: 2n, reason: 'lost' }),
        gateway.accept([ping(9)]),
      ])
      await turns()
      const statuses = (await outcomes).map(({ status }) => status)
      assert.deepEqual(statuses, ['rejected', 'rejected', 'fulfilled'])
    }
    assert.equal(handovers.length, 5)
    assert.equal(clock.now(), 0)
  })

  test('settles every sender when it closes', async () => {
    const { gateway, clock } = gatewayTo(() => Promise.reject(new RetryableError('core is away')))
    const accepted = Promise.allSettled([gateway.accept([ping(1)])])
    const closing = gateway.close(AbortSignal.abort())
    await clock.advance(10_000)
    await closing
    assert.deepEqual(
      (await accepted).map(({ status }) => status),
      ['rejected'],
    )
    await assert.rejects(async () => gateway.accept([ping(2)]), { name: 'RetryableError' })
  })

  test('hands over every record once and in order, however they come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.nat(30)), { maxLength: 30 }),
        async (runs) => {
          const { gateway, clock, handovers } = gatewayTo(async () => undefined, { maxRecords: 1_000 })
          let next = 0
          const accepted: Promise<void>[] = []
          for (const [count, pauseMs] of runs) {
            accepted.push(gateway.accept(Array.from({ length: count }, () => ping(next++))))
            await clock.advance(pauseMs)
          }
          await clock.advance(100)
          await Promise.all(accepted)
          assert.deepEqual(
            handovers.flatMap(valuesOf),
            Array.from({ length: next }, (_, value) => value),
          )
          assert.deepEqual(
            handovers.map(({ number }) => number),
            handovers.map((_, index) => index + 1),
          )
        },
      ),
      { numRuns: 50 },
    )
  })
})

describe('core', () => {
  const handover = {
    gateway: 'g',
    number: 1,
    gaps: [],
    dropped: {},
    merged: 0,
    batches: [1n, 2n].map((first) => ({
      source,
      lane: 'live' as const,
      first,
      count: 1,
      records: [ping(Number(first))] as never,
    })),
  }
  const sinkThat = (accept: (first: bigint | undefined) => Promise<void>) =>
    coreSink(
      Object.assign(async (_items: readonly Telemetry[], position?: { first: bigint }) => accept(position?.first), {
        gap: async () => undefined,
      }),
      5,
    )

  test('names the batches it will never take', async () => {
    const sink = sinkThat(async (first) => {
      if (first === 2n) throw new RejectedError('poison')
    })
    assert.deepEqual(await sink.take(handover), {
      number: 1,
      creditRecords: 5,
      rejected: [{ index: 1, reason: 'poison' }],
      later: { batches: [], gaps: [] },
      returned: { batches: [], gaps: [] },
    })
  })

  test('sends back what alone cannot be taken now, for its sender has it', async () => {
    const sink = sinkThat(async (first) => {
      if (first === 2n) throw new RetryableError('too many holes', { scope: 'this_data' })
    })
    const { later, returned } = await sink.take(handover)
    assert.deepEqual(later, { batches: [], gaps: [] })
    assert.deepEqual(returned, { batches: [{ index: 1, reason: 'too many holes' }], gaps: [] })
  })

  test('names what it cannot take for the moment', async () => {
    const sink = sinkThat(async (first) => {
      if (first === 2n) throw new RetryableError('store is behind')
    })
    assert.deepEqual((await sink.take(handover)).later, { batches: [1], gaps: [] })
  })
})
